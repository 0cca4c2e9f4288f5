#include "api/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace suanpan::api {

namespace {

constexpr int kWindowBits = 15;
constexpr int kGzipHeader = 16;
constexpr int kMemory = 8;
constexpr std::size_t kPieceBytes = 16'384;

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
    GzipStream stream;
    std::string out = stream.add(bytes);
    return out + stream.finish();
}

struct GzipStream::Impl {
    z_stream stream{};

    std::string run(std::string_view bytes, int flush) {
        std::string input(bytes);  // zlib's pointer is not const
        stream.next_in = reinterpret_cast<Bytef*>(input.data());
        stream.avail_in = static_cast<uInt>(input.size());
        std::string out;
        do {
            std::array<char, kPieceBytes> room{};
            stream.next_out = reinterpret_cast<Bytef*>(room.data());
            stream.avail_out = static_cast<uInt>(room.size());
            if (deflate(&stream, flush) == Z_STREAM_ERROR)
                throw std::runtime_error("zlib could not compress");
            out.append(room.data(), room.size() - stream.avail_out);
        } while (stream.avail_out == 0);
        return out;
    }
};

GzipStream::GzipStream() : impl_(std::make_unique<Impl>()) {
    if (deflateInit2(&impl_->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowBits + kGzipHeader,
                     kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib could not be started");
}

GzipStream::~GzipStream() {
    deflateEnd(&impl_->stream);
}

std::string GzipStream::add(std::string_view bytes) {
    return impl_->run(bytes, Z_NO_FLUSH);
}

std::string GzipStream::finish() {
    return impl_->run("", Z_FINISH);
}

}  // namespace suanpan::api
