#include "api/streamed.hpp"

#include "api/gzip.hpp"
#include "api/workers.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace suanpan::api {

namespace {

class TextStream final : public BodyStream, public std::enable_shared_from_this<TextStream> {
 public:
    TextStream(const Call& call, std::unique_ptr<services::TextSource> text, bool compressed)
        : workers_(call.context.workers),
          id_(call.request.id),
          path_(call.request.path),
          text_(std::move(text)) {
        if (compressed) gzip_.emplace();
    }

    ~TextStream() override {
        using std::chrono::milliseconds;
        const auto took = std::chrono::steady_clock::now() - begun_;
        const Json line{
            {"event", "streamed"}, {"id", id_},
            {"path", path_},       {"bytes", bytes_},
            {"whole", ended_},     {"ms", std::chrono::duration_cast<milliseconds>(took).count()}};
        spdlog::info(line.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    TextStream(const TextStream&) = delete;
    TextStream& operator=(const TextStream&) = delete;

    bool try_next(std::function<void(Piece)> done) override {
        return workers_.try_post([self = shared_from_this(), done = std::move(done)] {
            Piece piece;
            try {
                piece = self->make_piece();
            } catch (const std::exception& error) {
                const Json line{{"event", "failure"},
                                {"id", self->id_},
                                {"path", self->path_},
                                {"what", error.what()}};
                spdlog::error(line.dump(-1, ' ', false, Json::error_handler_t::replace));
            }
            done(std::move(piece));
        });
    }

 private:
    // What zlib keeps back is no end.
    std::string make_piece() {
        std::string piece;
        while (piece.empty() && !ended_) {
            std::string text = text_->next();
            ended_ = text.empty();
            if (!gzip_)
                piece = std::move(text);
            else
                piece = ended_ ? gzip_->finish() : gzip_->add(text);
        }
        bytes_ += piece.size();
        return piece;
    }

    Workers& workers_;
    std::string id_;
    std::string path_;
    std::unique_ptr<services::TextSource> text_;
    std::optional<GzipStream> gzip_;
    bool ended_ = false;
    std::size_t bytes_ = 0;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace

Response streamed_response(const Call& call, std::unique_ptr<services::TextSource> text,
                           std::string content_type, const std::string& file_name) {
    const auto encodings = call.request.find_header("accept-encoding");
    const bool compressed = encodings && accepts_gzip(*encodings);
    Response response;
    response.content_type = std::move(content_type);
    response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
    if (compressed) response.headers.emplace_back("Content-Encoding", "gzip");
    if (!file_name.empty()) {
        response.headers.emplace_back("Content-Disposition",
                                      "attachment; filename=\"" + file_name + "\"");
    }
    response.stream = std::make_shared<TextStream>(call, std::move(text), compressed);
    return response;
}

}  // namespace suanpan::api
