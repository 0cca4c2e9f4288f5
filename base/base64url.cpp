#include "base/base64url.hpp"

#include "base/bytes.hpp"

#include <algorithm>

namespace suanpan {

std::string to_base64url(std::string_view bytes) {
    std::string out = to_base64(bytes);
    out.erase(std::min(out.find('='), out.size()));
    std::ranges::replace(out, '+', '-');
    std::ranges::replace(out, '/', '_');
    return out;
}

Result<std::string> from_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos)
        return fail("bad_base64", "this is base64 for URLs: - and _ instead of + and /, no =");
    std::string plain(text);
    std::ranges::replace(plain, '-', '+');
    std::ranges::replace(plain, '_', '/');
    plain.append((4 - plain.size() % 4) % 4, '=');
    return from_base64(plain);
}

}  // namespace suanpan
