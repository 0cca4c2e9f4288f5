#include "services/webhooks/target.hpp"

#include "base/decimal.hpp"

#include <algorithm>
#include <array>

namespace suanpan::services {

namespace {

constexpr std::string_view kTls = "https://";
constexpr std::string_view kPlain = "http://";
constexpr std::int64_t kTlsPort = 443;
constexpr std::int64_t kPlainPort = 80;
constexpr std::int64_t kFirstFreePort = 1'024;  // below: mail, remote shells, …
constexpr std::int64_t kLastPort = 65'535;
constexpr std::size_t kMostHostBytes = 253;
constexpr std::size_t kMostLabelBytes = 63;

// Names that only this machine or its network knows (RFC 6761, RFC 6762, RFC 8375, ICANN).
constexpr std::array<std::string_view, 6> kLocalNames = {"localhost",   "local",     "internal",
                                                         "localdomain", "home.arpa", "lan"};

tl::unexpected<Error> bad(std::string_view why) {
    return fail("bad_url", std::string(why) + ": give an address as https://portal.example/hooks");
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 3986 §3.3 and §3.4: pchar, "/" and "?", percent signs with their two digits.
bool is_path(std::string_view text) {
    static constexpr std::string_view kOthers = "-._~!$&'()*+,;=:@/?";
    static constexpr std::string_view kHex = "0123456789abcdefABCDEF";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size() || kHex.find(text[i + 1]) == std::string_view::npos ||
                kHex.find(text[i + 2]) == std::string_view::npos)
                return false;
            i += 2;
        } else if (!is_alphanumeric(text[i]) && kOthers.find(text[i]) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= kMostLabelBytes && label.front() != '-' &&
           label.back() != '-' && std::ranges::all_of(label, [](char c) {
               return is_alphanumeric(c) || c == '-' || c == '_';
           });
}

// Letters, digits and hyphens between dots, the last of them no number: what looks like an address
// must be one ("127.1", "0x7f.1" and "2130706433" are addresses to some resolvers).
bool is_name(std::string_view host) {
    if (host.empty() || host.size() > kMostHostBytes) return false;
    std::string_view last;
    for (std::string_view rest = host;;) {
        const std::size_t dot = rest.find('.');
        last = rest.substr(0, dot);
        if (!is_label(last)) return false;
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
    }
    return !is_digit(last.front());
}

bool is_local_name(std::string_view host) {
    return std::ranges::any_of(kLocalNames, [host](std::string_view local) {
        return host == local || (host.ends_with(local) && host.size() > local.size() &&
                                 host[host.size() - local.size() - 1] == '.');
    });
}

struct Authority {
    std::string_view host;
    std::string_view port;  // empty: the scheme's
    bool bracketed = false;
};

std::optional<Authority> split(std::string_view text) {
    Authority out;
    std::size_t end = std::min(text.find(':'), text.size());
    out.host = text.substr(0, end);
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        out.bracketed = true;
        out.host = text.substr(1, close - 1);
        end = close + 1;
    }
    if (end == text.size()) return out;
    if (text[end] != ':' || end + 1 == text.size()) return std::nullopt;
    out.port = text.substr(end + 1);
    return out;
}

Result<void> read_port(const Authority& authority, const TargetRules& rules, Target& out) {
    std::int64_t port = out.tls ? kTlsPort : kPlainPort;
    if (!authority.port.empty()) {
        const auto number = parse_integer(authority.port);
        if (!number || *number < 1 || *number > kLastPort) return bad("a port is 1 to 65535");
        port = *number;
    }
    const bool usual = port == kTlsPort || port >= kFirstFreePort;
    if (!usual && !rules.allow_private) return bad("the port must be 443, or 1024 or above");
    out.port = static_cast<std::uint16_t>(port);
    return {};
}

Result<void> read_host(const Authority& authority, const TargetRules& rules, Target& out) {
    out.host = std::string(authority.host);
    std::ranges::transform(out.host, out.host.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto address = parse_ip(out.host);
    const bool is_v6 = out.host.find(':') != std::string::npos;
    if (authority.bracketed != (address && is_v6) || (!address && !is_name(out.host)))
        return bad("the host is neither a name nor an address");
    if (rules.allow_private) return {};
    if (address ? !is_public_address(*address) : is_local_name(out.host))
        return bad("the host must be reachable from everywhere, not in a network of its own");
    return {};
}

}  // namespace

Result<Target> parse_target(std::string_view url, const TargetRules& rules) {
    Target out;
    out.tls = url.starts_with(kTls);
    if (url.size() > kMostUrlBytes) return bad("the address is too long");
    if (!out.tls && !(rules.allow_private && url.starts_with(kPlain)))
        return bad("the address must begin with https://");
    std::string_view rest = url.substr(out.tls ? kTls.size() : kPlain.size());
    if (rest.find('#') != std::string_view::npos) return bad("a fragment, '#', is never sent");
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority_text = rest.substr(0, end);
    rest.remove_prefix(end);
    if (authority_text.find('@') != std::string_view::npos)
        return bad("no user or password may stand in the address");
    const auto authority = split(authority_text);
    if (!authority) return bad("the host is neither a name nor an address");
    auto good = read_host(*authority, rules, out);
    if (good) good = read_port(*authority, rules, out);
    if (!good) return fail(good.error());
    out.path = (rest.starts_with('/') ? "" : "/") + std::string(rest);
    if (!is_path(out.path)) return bad("the path has characters that must be percent-encoded");
    return out;
}

std::vector<AddressBytes> allowed_addresses(const std::vector<AddressBytes>& resolved,
                                            const TargetRules& rules) {
    if (!rules.allow_private && !std::ranges::all_of(resolved, is_public_address)) return {};
    return resolved;
}

}  // namespace suanpan::services
