#include "db/conninfo.hpp"

#include "base/bytes.hpp"

namespace suanpan::db {
namespace {

bool is_uri(std::string_view conninfo) {
    return conninfo.starts_with("postgresql://") || conninfo.starts_with("postgres://");
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

// RFC 3986 §2.1.
std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
        } else {
            out += '%';
            out += to_hex({&c, 1});
        }
    }
    return out;
}

std::string quote(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + '\'';
}

}  // namespace

std::string with_parameters(const std::string& conninfo, const ConnectionParameters& parameters) {
    const bool uri = is_uri(conninfo);
    std::string out = conninfo;
    for (const auto& [key, value] : parameters) {
        if (uri)
            out += out.find('?') == std::string::npos ? '?' : '&';
        else
            out += ' ';
        out += key;
        out += '=';
        out += uri ? percent_encoded(value) : quote(value);
    }
    return out;
}

}  // namespace suanpan::db
