#pragma once

// Finds the route of a request.

#include "api/call.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::api {

struct Found {
    const Route* route = nullptr;
    std::vector<std::string> parameters;
};

class Router {
 public:
    // `routes` must outlive this. A literal segment goes before a parameter.
    explicit Router(std::span<const Route> routes);

    // Errors `not_found`, `method_not_allowed` (its detail names those that are).
    [[nodiscard]] Result<Found> find(std::string_view method, std::string_view path) const;
    // What the path takes, as "GET, HEAD, POST"; empty: there is no such path.
    [[nodiscard]] std::string methods(std::string_view path) const;

 private:
    struct Segment {
        std::string prefix;  // the literal, or what comes before the parameter (nothing)
        std::string suffix;  // ":cancel"
        bool parameter = false;
        bool rest = false;
    };
    struct Compiled {
        const Route* route;
        std::vector<Segment> segments;
    };
    static Segment compile(std::string_view text);
    static bool matches(const Compiled& compiled, const std::vector<std::string_view>& path,
                        std::vector<std::string>& parameters);

    std::vector<Compiled> compiled_;
};

}  // namespace suanpan::api
