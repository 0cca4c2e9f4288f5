#include "apps/suanpand/logging.hpp"

#include "base/json.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <string_view>

namespace suanpan::suanpand {

namespace {

// A message that is a JSON object gets its time and level put in front; any other text becomes the
// member `message`.
class JsonFormatter final : public spdlog::formatter {
 public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const auto millis =
            std::chrono::duration_cast<std::chrono::milliseconds>(message.time.time_since_epoch())
                .count();
        const auto level = spdlog::level::to_string_view(message.level);
        fmt::format_to(std::back_inserter(out),
                       R"({{"time":"{:%Y-%m-%dT%H:%M:%S}.{:03}Z","level":"{}",)",
                       fmt::gmtime(static_cast<std::time_t>(millis / 1000)), millis % 1000,
                       std::string_view(level.data(), level.size()));
        const std::string_view text(message.payload.data(), message.payload.size());
        if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
            append(out, text.substr(1));
        } else {
            const Json quoted(text);
            append(out, R"("message":)");
            append(out, quoted.dump(-1, ' ', false, Json::error_handler_t::replace));
            append(out, "}");
        }
        append(out, "\n");
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>();
    }

 private:
    static void append(spdlog::memory_buf_t& out, std::string_view text) {
        out.append(text.data(), text.data() + text.size());
    }
};

}  // namespace

void start_logging(const std::string& level) {
    auto logger = std::make_shared<spdlog::logger>(
        "suanpand", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(std::make_unique<JsonFormatter>());
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace suanpan::suanpand
