#include "base/dsse.hpp"

#include "base/bytes.hpp"
#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace suanpan {
namespace {

// Collects what is wrong with an envelope, each at its pointer.
class EnvelopeReader {
 public:
    explicit EnvelopeReader(const Json& root) : root_(root) {}

    DsseEnvelope read() {
        DsseEnvelope out;
        if (!has_only(root_, "", {"payload", "payloadType", "signatures"})) return out;
        out.payload_type = text(root_, "", "payloadType", kMaxPayloadTypeBytes);
        if (out.payload_type.empty()) fault("/payloadType", "required", "the type of the payload");
        out.payload = base64(root_, "", "payload");
        if (!root_.contains("signatures") || !root_["signatures"].is_array()) {
            fault("/signatures", "required", "a list of signatures");
            return out;
        }
        const Json& signatures = root_["signatures"];
        if (signatures.empty() || signatures.size() > kMaxEnvelopeSignatures) {
            fault("/signatures", "bad_count",
                  "from 1 to " + std::to_string(kMaxEnvelopeSignatures) + " signatures");
            return out;
        }
        for (std::size_t i = 0; i < signatures.size(); ++i) {
            const std::string at = "/signatures/" + std::to_string(i);
            if (!has_only(signatures[i], at, {"keyid", "sig"})) continue;
            DsseSignature signature;
            if (signatures[i].contains("keyid"))
                signature.keyid = text(signatures[i], at, "keyid", kMaxKeyidBytes);
            signature.signature = base64(signatures[i], at, "sig");
            out.signatures.push_back(std::move(signature));
        }
        return out;
    }

    [[nodiscard]] const std::vector<Fault>& faults() const { return faults_; }

 private:
    void fault(std::string pointer, std::string code, std::string detail) {
        faults_.push_back(Fault{std::move(pointer), std::move(code), std::move(detail)});
    }

    bool has_only(const Json& object, const std::string& at,
                  std::initializer_list<std::string_view> names) {
        if (!object.is_object()) {
            fault(at, "wrong_type", "an object is needed");
            return false;
        }
        bool known = true;
        for (const auto& item : object.items()) {
            if (std::find(names.begin(), names.end(), item.key()) != names.end()) continue;
            fault(at, "unknown_member", "a member that an envelope does not have");
            known = false;
        }
        return known;
    }

    std::string text(const Json& object, const std::string& at, const char* name,
                     std::size_t most) {
        const auto found = object.find(name);
        if (found == object.end() || !found->is_string()) {
            fault(at + "/" + name, "required", "a string is needed");
            return {};
        }
        const auto& value = found->get_ref<const std::string&>();
        if (value.size() <= most) return value;
        fault(at + "/" + name, "too_long", "at most " + std::to_string(most) + " bytes");
        return {};
    }

    std::string base64(const Json& object, const std::string& at, const char* name) {
        const auto found = object.find(name);
        if (found == object.end() || !found->is_string()) {
            fault(at + "/" + name, "required", "a string is needed");
            return {};
        }
        auto bytes = from_base64(found->get_ref<const std::string&>());
        if (bytes) return std::move(*bytes);
        fault(at + "/" + name, bytes.error().code(), bytes.error().detail());
        return {};
    }

    const Json& root_;
    std::vector<Fault> faults_;
};

std::optional<std::string_view> plain_text(std::string_view value) {
    if (value.size() < 2 || value.front() != '"') return std::nullopt;
    return value.substr(1, value.size() - 2);
}

std::optional<DsseSignature> scan_signature(std::string_view json) {
    const auto members = read_plain_json(json);
    if (!members || members->empty() || members->size() > 2) return std::nullopt;
    DsseSignature out;
    if (members->size() == 2) {
        const auto keyid = plain_text(members->front().value);
        if (members->front().name != "keyid" || !keyid || keyid->size() > kMaxKeyidBytes)
            return std::nullopt;
        out.keyid = *keyid;
    }
    const auto text = plain_text(members->back().value);
    if (members->back().name != "sig" || !text) return std::nullopt;
    auto bytes = from_base64(*text);
    if (!bytes) return std::nullopt;
    out.signature = std::move(*bytes);
    return out;
}

// The quick way through an envelope that envelope_json() wrote: no tree. Nothing for one that has a
// fault or is written otherwise: the slow way then says what is wrong with it.
std::optional<DsseEnvelope> scan_envelope(std::string_view json) {
    const auto members = read_plain_json(json);
    if (!members || members->size() != 3 || (*members)[0].name != "payload" ||
        (*members)[1].name != "payloadType" || (*members)[2].name != "signatures")
        return std::nullopt;
    const auto payload = plain_text((*members)[0].value);
    const auto type = plain_text((*members)[1].value);
    const auto signatures = read_plain_array((*members)[2].value);
    if (!payload || !type || type->empty() || type->size() > kMaxPayloadTypeBytes || !signatures ||
        signatures->empty() || signatures->size() > kMaxEnvelopeSignatures)
        return std::nullopt;
    auto bytes = from_base64(*payload);
    if (!bytes) return std::nullopt;
    DsseEnvelope out{std::string(*type), std::move(*bytes), {}};
    for (const std::string_view signature : *signatures) {
        auto scanned = scan_signature(signature);
        if (!scanned) return std::nullopt;
        out.signatures.push_back(std::move(*scanned));
    }
    return out;
}

}  // namespace

std::string dsse_pae(std::string_view payload_type, std::string_view payload) {
    std::string out = "DSSEv1 ";
    out += std::to_string(payload_type.size());
    out += ' ';
    out += payload_type;
    out += ' ';
    out += std::to_string(payload.size());
    out += ' ';
    out += payload;
    return out;
}

Result<DsseEnvelope> read_envelope(const Json& json) {
    EnvelopeReader reader(json);
    DsseEnvelope out = reader.read();
    if (!reader.faults().empty()) {
        return fail(Error("bad_envelope", "not a DSSE envelope", reader.faults()));
    }
    return out;
}

Result<DsseEnvelope> parse_envelope(std::string_view json) {
    if (json.size() > kMaxEnvelopeBytes) {
        return fail("envelope_too_large",
                    "an envelope has at most " + std::to_string(kMaxEnvelopeBytes) + " bytes");
    }
    if (auto scanned = scan_envelope(json)) return std::move(*scanned);
    const auto root = parse_json(json, JsonLimits{kMaxEnvelopeBytes, 4});
    if (!root) {
        return fail(Error("bad_envelope", "the envelope is not JSON",
                          {Fault{"", root.error().code(), root.error().detail()}}));
    }
    return read_envelope(*root);
}

bool verify(const DsseEnvelope& envelope, const PublicKey& key) {
    const std::string message = dsse_pae(envelope.payload_type, envelope.payload);
    for (const DsseSignature& signature : envelope.signatures) {
        if (verify_ed25519(key, message, signature.signature)) return true;
    }
    return false;
}

void add_signature(DsseEnvelope& envelope, std::string_view keyid, const SigningKey& key) {
    const Signature signature = key.sign(dsse_pae(envelope.payload_type, envelope.payload));
    envelope.signatures.push_back(
        DsseSignature{std::string(keyid), std::string(as_chars(signature))});
}

DsseEnvelope make_envelope(std::string_view payload_type, std::string_view payload,
                           std::string_view keyid, const SigningKey& key) {
    DsseEnvelope out{std::string(payload_type), std::string(payload), {}};
    add_signature(out, keyid, key);
    return out;
}

std::string envelope_json(const DsseEnvelope& envelope) {
    CanonicalWriter out;
    out.begin_object();
    out.field("payload", to_base64(envelope.payload));
    out.field("payloadType", envelope.payload_type);
    out.key("signatures");
    out.begin_array();
    for (const DsseSignature& signature : envelope.signatures) {
        out.begin_object();
        if (!signature.keyid.empty()) out.field("keyid", signature.keyid);
        out.field("sig", to_base64(signature.signature));
        out.end_object();
    }
    out.end_array();
    out.end_object();
    return out.take();
}

}  // namespace suanpan
