#include "ledger/policy.hpp"

#include "base/check.hpp"
#include "ledger/text.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace suanpan::ledger {
namespace {

constexpr std::string_view kNone = "none";
constexpr std::string_view kBlank = " \t";

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> out;
    for (std::size_t at = line.find_first_not_of(kBlank); at != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(kBlank, at), line.size());
        out.push_back(line.substr(at, end - at));
        at = line.find_first_not_of(kBlank, end);
    }
    return out;
}

// Any byte but the control characters (tlog-policy "Character set").
bool is_allowed(std::string_view line) {
    return std::ranges::none_of(line, [](char c) {
        const auto byte = static_cast<std::uint8_t>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7F;
    });
}

using Words = std::span<const std::string_view>;

class Reader {
 public:
    Result<void> read_line(std::string_view line) {
        if (!is_allowed(line)) return bad("it holds a control character");
        const auto words = words_of(line);
        if (words.empty() || words.front().front() == '#') return {};
        const std::string_view subject = words.front();
        const Words rest = Words(words).subspan(1);
        if (subject == "log") return read_log(rest);
        if (subject == "witness") return read_witness(rest);
        if (subject == "group") return read_group(rest);
        if (subject == "quorum") return read_quorum(rest);
        return bad("a line begins with log, witness, group or quorum");
    }
    Result<Policy> finish() {
        if (!quorum_) return bad("the file has no line \"quorum <name | none>\"");
        return std::move(policy_);
    }

 private:
    static tl::unexpected<Error> bad(std::string detail) {
        return fail("bad_policy", std::move(detail));
    }

    Result<VerifierKey> read_key(std::string_view word, KeyType type) {
        auto key = parse_verifier_key(word);
        if (!key) return bad(key.error().detail());
        if (key->type != type) {
            return bad(type == KeyType::kEd25519 ? "a log's key is of type 1 (Ed25519)"
                                                 : "a witness's key is of type 4 (cosignature/v1)");
        }
        return key;
    }
    // The same key under another name is the same party; two keys that one signature line could
    // name alike can't be told apart.
    static bool is_twin(const VerifierKey& a, const VerifierKey& b) {
        return a.key == b.key || (a.name == b.name && a.id == b.id);
    }

    Result<void> define(std::string_view name) {
        if (name == kNone) return bad("the name none is taken");
        if (!names_.emplace(name).second)
            return bad("the name " + printable(name) + " is defined twice");
        return {};
    }

    Result<void> read_log(Words words) {
        if (words.empty() || words.size() > 2) return bad("the form is log <vkey> [<url>]");
        if (policy_.logs.size() == kMaxPolicyLogs) return bad("a policy has at most 64 logs");
        const auto key = read_key(words[0], KeyType::kEd25519);
        if (!key) return fail(key.error());
        for (const PolicyLog& log : policy_.logs) {
            if (is_twin(log.key, *key)) return bad("this log's key is given twice");
        }
        policy_.logs.push_back({*key, words.size() > 1 ? std::string(words[1]) : std::string()});
        return {};
    }

    Result<void> read_witness(Words words) {
        if (words.size() < 2 || words.size() > 3)
            return bad("the form is witness <name> <vkey> [<url>]");
        if (policy_.witnesses.size() == kMaxPolicyWitnesses)
            return bad("a policy has at most 64 witnesses");
        const auto key = read_key(words[1], KeyType::kCosignatureV1);
        if (!key) return fail(key.error());
        for (const PolicyWitness& witness : policy_.witnesses) {
            if (is_twin(witness.key, *key)) return bad("this witness's key is given twice");
        }
        if (const auto ok = define(words[0]); !ok) return ok;
        policy_.witnesses.push_back({std::string(words[0]), *key,
                                     words.size() > 2 ? std::string(words[2]) : std::string()});
        return {};
    }

    static std::optional<std::size_t> read_threshold(std::string_view word, std::size_t members) {
        if (word == "any") return 1;
        if (word == "all") return members;
        const auto count = parse_count(word);
        if (!count || *count < 1 || *count > members) return std::nullopt;
        return static_cast<std::size_t>(*count);
    }

    Result<void> read_group(Words words) {
        if (words.size() < 3) return bad("the form is group <name> <k | any | all> <member>...");
        if (policy_.groups.size() == kMaxPolicyGroups) return bad("a policy has at most 64 groups");
        const Words members = words.subspan(2);
        const auto threshold = read_threshold(words[1], members.size());
        if (!threshold) return bad("the threshold is any, all, or 1 to the number of members");
        PolicyGroup group{std::string(words[0]), *threshold, {}};
        for (const std::string_view member : members) {
            if (member == kNone) return bad("none can't be a member");
            if (!names_.contains(member))
                return bad("no line before defines the member " + printable(member));
            if (!used_.emplace(member).second)
                return bad(printable(member) + " is a member already");
            group.members.emplace_back(member);
        }
        if (const auto ok = define(words[0]); !ok) return ok;
        policy_.groups.push_back(std::move(group));
        return {};
    }

    Result<void> read_quorum(Words words) {
        if (words.size() != 1) return bad("the form is quorum <name | none>");
        if (quorum_) return bad("there is one quorum line only");
        if (words[0] != kNone && !names_.contains(words[0]))
            return bad("no line before defines " + printable(words[0]));
        quorum_ = true;
        if (words[0] != kNone) policy_.quorum = words[0];
        return {};
    }

    Policy policy_;
    std::set<std::string, std::less<>> names_;  // of witnesses and groups
    std::set<std::string, std::less<>> used_;   // as a member
    bool quorum_ = false;
};

// A value for each name: of the witnesses by `witness`, of the groups out of their members' values.
template <typename Value, typename OfWitness, typename OfGroup>
Value fold_quorum(const Policy& policy, const OfWitness& of_witness, const OfGroup& of_group) {
    std::map<std::string_view, Value> values;
    for (const PolicyWitness& witness : policy.witnesses)
        values[witness.name] = of_witness(witness);
    for (const PolicyGroup& group : policy.groups) {
        std::vector<Value> members;
        members.reserve(group.members.size());
        for (const std::string& member : group.members)
            members.push_back(values.at(member));
        values[group.name] = of_group(group, std::move(members));
    }
    return values.at(policy.quorum);
}

}  // namespace

Result<Policy> parse_policy(std::string_view text) {
    if (text.size() > kMaxPolicyBytes)
        return fail("bad_policy", "a policy has at most 262,144 bytes");
    Reader reader;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto line = take_line(text);
        const std::string where = "line " + std::to_string(number) + ": ";
        if (!line) return fail("bad_policy", where + "the last line does not end");
        if (const auto ok = reader.read_line(*line); !ok)
            return fail("bad_policy", where + ok.error().detail());
    }
    return reader.finish();
}

std::string to_string(const Policy& policy) {
    const auto with_url = [](const std::string& url) {
        return url.empty() ? "\n" : " " + url + "\n";
    };
    std::string out;
    for (const PolicyLog& log : policy.logs)
        out += "log " + to_string(log.key) + with_url(log.url);
    for (const PolicyWitness& witness : policy.witnesses)
        out += "witness " + witness.name + " " + to_string(witness.key) + with_url(witness.url);
    for (const PolicyGroup& group : policy.groups) {
        out += "group " + group.name + " " + std::to_string(group.threshold);
        for (const std::string& member : group.members)
            out += " " + member;
        out += "\n";
    }
    return out + "quorum " + (policy.quorum.empty() ? std::string(kNone) : policy.quorum) + "\n";
}

bool is_met(const Policy& policy, std::span<const VerifierKey> cosigners) {
    if (policy.quorum.empty()) return true;
    // Not vector<bool>: its elements are no values.
    return fold_quorum<int>(
               policy,
               [&](const PolicyWitness& witness) {
                   return std::ranges::find(cosigners, witness.key) != cosigners.end() ? 1 : 0;
               },
               [](const PolicyGroup& group, const std::vector<int>& members) {
                   const auto count = std::ranges::count(members, 1);
                   return static_cast<std::size_t>(count) >= group.threshold ? 1 : 0;
               }) == 1;
}

std::size_t fewest_cosigners(const Policy& policy) {
    if (policy.quorum.empty()) return 0;
    return fold_quorum<std::size_t>(
        policy, [](const PolicyWitness&) { return std::size_t{1}; },
        [](const PolicyGroup& group, std::vector<std::size_t> members) {
            std::ranges::sort(members);
            std::size_t sum = 0;
            for (std::size_t i = 0; i < group.threshold; ++i)
                sum += members[i];
            return sum;
        });
}

std::vector<VerifierKey> log_keys(const Policy& policy) {
    std::vector<VerifierKey> out;
    out.reserve(policy.logs.size());
    for (const PolicyLog& log : policy.logs)
        out.push_back(log.key);
    return out;
}

std::vector<VerifierKey> witness_keys(const Policy& policy) {
    std::vector<VerifierKey> out;
    out.reserve(policy.witnesses.size());
    for (const PolicyWitness& witness : policy.witnesses)
        out.push_back(witness.key);
    return out;
}

}  // namespace suanpan::ledger
