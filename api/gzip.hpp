#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::api {

// Whether an Accept-Encoding header takes gzip (RFC 9110 §12.5.3): named, or "*", and not q=0.
bool accepts_gzip(std::string_view header);

// RFC 1952.
std::string gzip(std::string_view bytes);

// The same piece by piece. Throws std::runtime_error when zlib fails.
class GzipStream {
 public:
    GzipStream();
    ~GzipStream();
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    // What has been compressed so far; may be empty.
    std::string add(std::string_view bytes);
    // The rest. Call it last, once.
    std::string finish();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::api
