// What the API says of itself.

#include "api/handlers/handlers.hpp"
#include "generated/api_files.hpp"
#include "generated/reference_files.hpp"

namespace suanpan::api {

namespace {

Response text_response(std::string_view text, std::string content_type) {
    Response response;
    response.content_type = std::move(content_type);
    response.headers.emplace_back("Cache-Control", "public, max-age=300");
    response.body = text;
    return response;
}

}  // namespace

Result<Response> get_openapi(Call&) {
    return text_response(generated_files().front().text, "application/yaml; charset=utf-8");
}

Result<Response> get_reference(Call&) {
    return text_response(reference::generated_files().front().text, "text/html; charset=utf-8");
}

}  // namespace suanpan::api
