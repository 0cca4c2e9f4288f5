#include "api/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>

namespace suanpan::api {

namespace {

constexpr int kWindowBits = 15;
constexpr int kGzipHeader = 16;
constexpr int kMemory = 8;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// "q=0", "q=0.", "q=0.000": not acceptable.
bool is_refused(std::string_view parameters) {
    const auto at = parameters.find("q=");
    if (at == std::string_view::npos) return false;
    const std::string_view value = trimmed(parameters.substr(at + 2));
    return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view header) {
    bool by_star = false;
    while (!header.empty()) {
        const std::size_t comma = std::min(header.find(','), header.size());
        const std::string_view item = trimmed(header.substr(0, comma));
        header.remove_prefix(std::min(comma + 1, header.size()));
        const std::size_t semicolon = std::min(item.find(';'), item.size());
        const std::string_view name = trimmed(item.substr(0, semicolon));
        const bool good = !is_refused(item.substr(semicolon));
        if (name == "gzip" || name == "x-gzip") return good;
        if (name == "*") by_star = good;
    }
    return by_star;
}

std::string gzip(std::string_view bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowBits + kGzipHeader, kMemory,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib could not be started");
    std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    std::string input(bytes);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int end = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (end != Z_STREAM_END) throw std::runtime_error("zlib could not compress");
    return out;
}

}  // namespace suanpan::api
