#include "ledger/succession.hpp"

#include "base/check.hpp"
#include "base/time.hpp"
#include "ledger/text.hpp"
#include "ledger/tile.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace suanpan::ledger {
namespace {

constexpr std::string_view kRotation = "suanpan log rotation v1";
constexpr std::string_view kSuccession = "suanpan log succession v1";
constexpr std::string_view kEntryStart = R"({"about":"log",)";

tl::unexpected<Error> bad(std::string detail) {
    return fail("bad_statement", std::move(detail));
}

std::string to_text(const Rotation& rotation) {
    return std::string(kRotation) + "\nold " + to_string(rotation.from) + "\nnew " +
           to_string(rotation.to) + "\ntime " + to_string(rotation.time) + "\n";
}

std::string to_text(const Succession& succession) {
    return std::string(kSuccession) + "\nold " + to_string(succession.from) + "\nnew " +
           to_string(succession.to) + "\nsize " + std::to_string(succession.size) + "\nroot " +
           to_base64(as_chars(succession.root)) + "\ntime " + to_string(succession.time) + "\n";
}

// The next line's value, when the line is "<name> <value>".
std::optional<std::string_view> take_value(std::string_view& rest, std::string_view name) {
    const auto line = take_line(rest);
    if (!line || !line->starts_with(name) || !line->substr(name.size()).starts_with(' '))
        return std::nullopt;
    return line->substr(name.size() + 1);
}

Result<VerifierKey> take_key(std::string_view& rest, std::string_view name) {
    const auto value = take_value(rest, name);
    if (!value) return bad("the line \"" + std::string(name) + " <vkey>\" is missing");
    auto key = parse_verifier_key(*value);
    if (!key) return bad(key.error().detail());
    if (key->type != KeyType::kEd25519) return bad("a log's key is of type 1 (Ed25519)");
    return key;
}

Result<Time> take_time(std::string_view& rest) {
    const auto value = take_value(rest, "time");
    const auto time = value ? parse_time(*value) : fail("bad_time", "");
    if (!time) return bad("the line \"time <UTC time>\" is missing");
    if (!rest.empty()) return bad("something follows the time");
    return time;
}

Result<Rotation> parse_rotation(std::string_view text) {
    if (take_line(text) != kRotation)
        return bad("the first line is not \"" + std::string(kRotation) + "\"");
    const auto from = take_key(text, "old");
    if (!from) return fail(from.error());
    const auto to = take_key(text, "new");
    if (!to) return fail(to.error());
    const auto time = take_time(text);
    if (!time) return fail(time.error());
    if (from->name != to->name || from->key == to->key)
        return bad("a rotation leads from one key of a log to another of the same log");
    return Rotation{*from, *to, *time};
}

Result<Succession> parse_succession(std::string_view text) {
    if (take_line(text) != kSuccession)
        return bad("the first line is not \"" + std::string(kSuccession) + "\"");
    const auto from = take_key(text, "old");
    if (!from) return fail(from.error());
    const auto to = take_key(text, "new");
    if (!to) return fail(to.error());
    const auto size_text = take_value(text, "size");
    const auto size = size_text ? parse_count(*size_text) : std::nullopt;
    if (!size) return bad("the line \"size <n>\" is missing");
    const auto root_text = take_value(text, "root");
    const auto root = root_text ? parse_hash(*root_text) : std::nullopt;
    if (!root) return bad("the line \"root <base64>\" is missing");
    const auto time = take_time(text);
    if (!time) return fail(time.error());
    if (from->name == to->name) return bad("a succeeding log has an origin of its own");
    return Succession{*from, *to, *size, *root, *time};
}

bool is_signed_by(const std::vector<VerifiedSignature>& signatures, std::size_t key) {
    return std::ranges::any_of(signatures,
                               [key](const VerifiedSignature& s) { return s.key == key; });
}

std::string entry_of(Json members, Time time, std::string_view salt) {
    CHECK(salt.size() == 32);
    members["about"] = "log";
    members["kind"] = "key";
    members["salt"] = salt;
    members["time"] = to_string(time);
    members["v"] = 1;
    std::string out = canonical_json(members);
    CHECK(out.starts_with(kEntryStart) && out.size() <= kMaxEntryBytes);
    return out;
}

}  // namespace

std::string sign_rotation(const Rotation& rotation, const SigningKey& from, const SigningKey& to) {
    CHECK(from.public_key() == rotation.from.key && to.public_key() == rotation.to.key);
    const std::string text = to_text(rotation);
    CHECK(parse_rotation(text));
    return sign_note(text, rotation.from.name, from) + sign_line(text, rotation.to.name, to);
}

Result<Rotation> open_rotation(std::string_view note) {
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    auto rotation = parse_rotation(parsed->text);
    if (!rotation) return rotation;
    const auto verified = verify_note(*parsed, std::array{rotation->from, rotation->to});
    if (!verified) return fail(verified.error());
    if (verified->size() != 2) return bad("a rotation is signed by the old key and by the new one");
    return rotation;
}

Result<VerifierKey> follow(const VerifierKey& trusted, const Rotation& rotation) {
    if (rotation.from == trusted) return rotation.to;
    return fail("foreign_rotation", "the rotation leads away from the key " +
                                        to_string(rotation.from) + ", the log's is " +
                                        to_string(trusted));
}

std::string sign_succession(const Succession& succession, const SigningKey* from,
                            const SigningKey& to) {
    CHECK(to.public_key() == succession.to.key);
    const std::string text = to_text(succession);
    CHECK(parse_succession(text));
    std::string out = sign_note(text, succession.to.name, to);
    if (from == nullptr) return out;
    CHECK(from->public_key() == succession.from.key);
    return out + sign_line(text, succession.from.name, *from);
}

Result<OpenedSuccession> open_succession(std::string_view note, std::string_view last) {
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    const auto succession = parse_succession(parsed->text);
    if (!succession) return fail(succession.error());
    const auto verified = verify_note(*parsed, std::array{succession->to, succession->from});
    if (!verified) return fail(verified.error());
    if (!is_signed_by(*verified, 0)) return bad("the new log did not sign the statement");
    auto opened = open_checkpoint(last, succession->from);
    if (!opened) return fail(opened.error());
    if (opened->checkpoint.size != succession->size || opened->checkpoint.root != succession->root)
        return bad("the old log's checkpoint is not the one that the statement names");
    return OpenedSuccession{*succession, std::move(*opened), is_signed_by(*verified, 1)};
}

std::string rotation_entry(std::string_view note, Time time, std::string_view salt) {
    CHECK(open_rotation(note));
    return entry_of({{"statement", note}}, time, salt);
}

std::string succession_entry(std::string_view note, std::string_view last, Time time,
                             std::string_view salt) {
    CHECK(open_succession(note, last));
    return entry_of({{"statement", note}, {"checkpoint", last}}, time, salt);
}

bool is_log_statement(std::string_view entry) {
    return entry.starts_with(kEntryStart);
}

Result<std::variant<Rotation, OpenedSuccession>> read_log_statement(std::string_view entry) {
    using Out = std::variant<Rotation, OpenedSuccession>;
    Json body;
    const auto header = parse_entry(entry, &body);
    if (!header) return fail(header.error());
    const auto text = [&](const char* name) -> std::optional<std::string> {
        const auto field = body.find(name);
        if (field == body.end() || !field->is_string()) return std::nullopt;
        return field->get<std::string>();
    };
    const auto statement = text("statement");
    const auto last = text("checkpoint");
    const std::size_t members = last ? 7 : 6;
    if (text("about") != "log" || header->kind != "key" || !statement || body.size() != members)
        return bad("the entry is not of the form of a log's statement");
    if (!last) {
        auto rotation = open_rotation(*statement);
        if (!rotation) return fail(rotation.error());
        return Out(std::move(*rotation));
    }
    auto succession = open_succession(*statement, *last);
    if (!succession) return fail(succession.error());
    return Out(std::move(*succession));
}

}  // namespace suanpan::ledger
