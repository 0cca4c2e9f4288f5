#include "api/router.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

namespace suanpan::api {

namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> out;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::size_t end = std::min(path.find('/'), path.size());
        out.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return out;
}

}  // namespace

Router::Segment Router::compile(std::string_view text) {
    Segment segment;
    const std::size_t open = text.find('{');
    if (open == std::string_view::npos) {
        segment.prefix = std::string(text);
        return segment;
    }
    const std::size_t close = text.find('}');
    segment.parameter = true;
    segment.rest = text.substr(open, close - open).ends_with("...");
    segment.suffix = std::string(text.substr(close + 1));
    return segment;
}

Router::Router(std::span<const Route> routes) {
    for (const Route& route : routes) {
        Compiled compiled{&route, {}};
        for (const std::string_view segment : split(route.pattern))
            compiled.segments.push_back(compile(segment));
        compiled_.push_back(std::move(compiled));
    }
    // Literal paths first; of two with as many parameters the longer one, since a last "{path...}"
    // takes whatever a longer pattern names.
    const auto order = [](const Compiled& compiled) {
        return std::pair(std::ranges::count_if(compiled.segments, &Segment::parameter),
                         -static_cast<std::ptrdiff_t>(compiled.segments.size()));
    };
    std::ranges::sort(compiled_, {}, order);
}

bool Router::matches(const Compiled& compiled, const std::vector<std::string_view>& path,
                     std::vector<std::string>& parameters) {
    for (std::size_t i = 0; i < compiled.segments.size(); ++i) {
        const Segment& segment = compiled.segments[i];
        if (i >= path.size()) return false;
        if (segment.rest) {
            const char* begin = path[i].data();
            const char* end = path.back().data() + path.back().size();
            parameters.emplace_back(begin, end);
            return true;
        }
        if (!segment.parameter) {
            if (path[i] != segment.prefix) return false;
            continue;
        }
        if (!path[i].ends_with(segment.suffix)) return false;
        const std::string_view value = path[i].substr(0, path[i].size() - segment.suffix.size());
        // A colon belongs to an action: "/v1/orders/x:nonsense" is no order.
        if (value.empty() || value.find(':') != std::string_view::npos) return false;
        parameters.emplace_back(value);
    }
    return compiled.segments.size() == path.size();
}

Result<Found> Router::find(std::string_view method, std::string_view path) const {
    const auto segments = split(path);
    for (const Compiled& compiled : compiled_) {
        Found found;
        if (!matches(compiled, segments, found.parameters)) continue;
        if (compiled.route->method == method ||
            (method == "HEAD" && compiled.route->method == "GET")) {
            found.route = compiled.route;
            return found;
        }
    }
    const std::string allowed = methods(path);
    if (allowed.empty()) return fail("not_found", "there is no such path");
    return fail("method_not_allowed", "this path takes " + allowed);
}

std::string Router::methods(std::string_view path) const {
    const auto segments = split(path);
    std::set<std::string_view> methods;
    for (const Compiled& compiled : compiled_) {
        std::vector<std::string> parameters;
        if (!matches(compiled, segments, parameters)) continue;
        methods.insert(compiled.route->method);
        if (compiled.route->method == "GET") methods.insert("HEAD");
    }
    std::string out;
    for (const std::string_view method : methods)
        out += (out.empty() ? "" : ", ") + std::string(method);
    return out;
}

}  // namespace suanpan::api
