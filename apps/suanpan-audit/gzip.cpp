#include "apps/suanpan-audit/gzip.hpp"

#include "base/check.hpp"

#include <zlib.h>

#include <algorithm>

namespace suanpan::audit {
namespace {

constexpr int kGzipOnly = 15 + 16;  // the largest window, and no format but gzip
constexpr std::size_t kChunk = 65'536;

class Inflater {
 public:
    explicit Inflater(std::string_view bytes) {
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        CHECK(inflateInit2(&stream_, kGzipOnly) == Z_OK);
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    // Fills `out` as far as there is anything; gives zlib's word.
    int next(char* out, std::size_t size, std::size_t& made) {
        stream_.next_out = reinterpret_cast<Bytef*>(out);
        stream_.avail_out = static_cast<uInt>(size);
        const int word = inflate(&stream_, Z_NO_FLUSH);
        made = size - stream_.avail_out;
        return word;
    }
    [[nodiscard]] bool all_used() const { return stream_.avail_in == 0; }

 private:
    z_stream stream_{};
};

}  // namespace

Result<std::string> unzip(std::string_view bytes, std::size_t max_bytes) {
    const auto bad = [] { return fail("bad_gzip", " is not well-formed gzip"); };
    if (bytes.size() > max_bytes) return fail("too_large", " is too large, even compressed");
    Inflater inflater(bytes);
    std::string out;
    for (;;) {
        const std::size_t before = out.size();
        out.resize(before + kChunk);
        std::size_t made = 0;
        const int word = inflater.next(out.data() + before, kChunk, made);
        out.resize(before + made);
        if (out.size() > max_bytes)
            return fail("too_large",
                        " unpacks to more than " + std::to_string(max_bytes) + " bytes");
        if (word == Z_STREAM_END) break;
        if (word != Z_OK || made == 0) return bad();
    }
    if (!inflater.all_used()) return bad();
    return out;
}

}  // namespace suanpan::audit
