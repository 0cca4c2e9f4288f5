#include "apps/openapi-page/page.hpp"

#include "apps/openapi-page/html.hpp"
#include "apps/openapi-page/style.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace suanpan::openapi {

namespace {

std::string text_at(const Json& node, const char* name) {
    const auto found = node.find(name);
    return found == node.end() ? std::string() : found->get<std::string>();
}

std::string words(const Json& list) {
    std::string out;
    for (const Json& word : list) {
        const std::string text = word.is_string() ? word.get<std::string>() : word.dump();
        out += fmt::format("{}<code>{}</code>", out.empty() ? "" : ", ", html_text(text));
    }
    return out;
}

// What a value of the schema is, in some words.
std::string kind_of(const Json& schema) {
    if (schema.contains("$ref")) {
        const std::string name = name_of(text_at(schema, "$ref"));
        return fmt::format("<a href=\"#{0}\">{0}</a>", name);
    }
    if (schema.contains("const")) return words(Json::array({schema["const"]}));
    if (schema.contains("enum")) return words(schema["enum"]);
    for (const char* choice : {"oneOf", "anyOf", "allOf"}) {
        if (!schema.contains(choice)) continue;
        std::string out;
        const std::string between = choice == std::string_view("allOf") ? " and " : " or ";
        for (const Json& one : schema[choice])
            out += (out.empty() ? "" : between) + kind_of(one);
        return out;
    }
    const std::string type = text_at(schema, "type");
    if (type == "array") return "list of " + kind_of(schema.value("items", Json::object()));
    const auto more = schema.find("additionalProperties");
    if (type == "object" && more != schema.end() && more->is_object())
        return "object of " + kind_of(*more);
    return type.empty() ? "anything" : type;
}

std::string bounds_of(const Json& schema) {
    std::string out;
    for (const auto& [keyword, words] :
         {std::pair("minimum", "at least"), std::pair("maximum", "at most"),
          std::pair("maxLength", "characters, at most"), std::pair("maxItems", "items, at most"),
          std::pair("default", "default")}) {
        const auto found = schema.find(keyword);
        if (found == schema.end()) continue;
        const std::string value = found->is_string() ? found->get<std::string>() : found->dump();
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", words, html_text(value));
    }
    return out.empty() ? out : " <small>" + out + "</small>";
}

std::string member_row(const std::string& name, const Json& schema, bool needed) {
    std::string inner;
    if (schema.contains("properties")) {
        for (const auto& [member, each] : schema["properties"].items())
            inner += member_row(member, each, false);
        inner = "<table>" + inner + "</table>";
    }
    return fmt::format("<tr><td><code>{}</code>{}<td>{}{}<td>{}{}\n", html_text(name),
                       needed ? "<b title=\"needed\">*</b>" : "", kind_of(schema),
                       bounds_of(schema), prose(text_at(schema, "description")), inner);
}

bool is_required(const Json& schema, const std::string& name) {
    const auto required = schema.find("required");
    return required != schema.end() && std::ranges::find(*required, Json(name)) != required->end();
}

std::string schema_section(const std::string& name, const Json& schema) {
    std::string out = fmt::format("<section class=schema id=\"{0}\"><h3>{0}</h3>{1}", name,
                                  prose(text_at(schema, "description")));
    if (!schema.contains("properties") || schema.contains("allOf"))
        out += "<p>" + kind_of(schema) + bounds_of(schema);
    if (schema.contains("properties")) {
        out += "<table>";
        for (const auto& [member, inner] : schema["properties"].items())
            out += member_row(member, inner, is_required(schema, member));
        out += "</table>";
    }
    if (const std::string pattern = text_at(schema, "pattern"); !pattern.empty())
        out += " <small><code>" + html_text(pattern) + "</code></small>";
    return out + "</section>\n";
}

std::string caller_text(const Document& document, const Json& body) {
    const Json& security =
        body.contains("security") ? body["security"] : document.root()["security"];
    if (security.empty()) return "public";
    std::string out;
    for (const Json& way : security) {
        for (const Json& scope : way.front())
            out += (out.empty() ? "" : ", ") + scope.get<std::string>();
    }
    return out.empty() ? "any key" : "scope " + out;
}

std::string content_text(const Json& content) {
    std::string out;
    for (const auto& [type, media] : content.items()) {
        out += fmt::format("<p><small>{}</small> {}", type,
                           media.contains("schema") ? kind_of(media["schema"]) : "");
        if (media.contains("example")) out += json_block(media["example"]);
        for (const Json& example : media.value("examples", Json::object()))
            out += "<p>" + html_text(text_at(example, "summary")) + json_block(example["value"]);
    }
    return out;
}

std::string parameters_text(const Operation& operation) {
    std::string rows;
    for (const Json* parameter : operation.parameters) {
        const Json& schema = parameter->at("schema");
        rows += fmt::format("<tr><td><code>{}</code>{}<td>{}<td>{}{}<td>{}\n",
                            html_text(text_at(*parameter, "name")),
                            parameter->value("required", false) ? "<b>*</b>" : "",
                            text_at(*parameter, "in"), kind_of(schema), bounds_of(schema),
                            prose(text_at(*parameter, "description")));
    }
    return rows.empty() ? rows : "<table>" + rows + "</table>";
}

// The codes that a problem of this answer may have.
std::string codes_of(const Document& document, const Json& response) {
    const auto problem = response.find("content");
    if (problem == response.end() || !problem->contains("application/problem+json")) return {};
    const Json& schema = document.resolve(problem->at("application/problem+json").at("schema"));
    std::string out;
    const auto code = Json::json_pointer("/properties/code/enum");
    if (schema.contains(code)) out = words(schema[code]);
    for (const Json& kind : schema.value("oneOf", Json::array())) {
        out += fmt::format("<br>{}: {}", kind["properties"]["status"]["const"].dump(),
                           words(kind[code]));
    }
    return out;
}

std::string responses_text(const Document& document, const Json& responses) {
    std::string out = "<table class=answers>";
    for (const auto& [status, listed] : responses.items()) {
        const Json& response = document.resolve(listed);
        const std::string codes = codes_of(document, response);
        out += fmt::format(
            "<tr><td><b>{}</b><td>{}{}{}\n", status, prose(text_at(response, "description")), codes,
            codes.empty() ? content_text(response.value("content", Json::object())) : "");
    }
    return out + "</table>";
}

std::string operation_section(const Document& document, const Operation& operation) {
    const Json& body = *operation.body;
    std::string out = fmt::format(
        "<details class=operation id=\"{0}\"><summary><b class={1}>{1}</b> <code>{2}</code> "
        "{3}</summary>{4}<p><small>{0} · {5}</small>",
        operation.id(), operation.method, html_text(operation.path),
        html_text(text_at(body, "summary")), prose(text_at(body, "description")),
        caller_text(document, body));
    out += parameters_text(operation);
    if (body.contains("requestBody")) {
        const Json& request = document.resolve(body["requestBody"]);
        out += "<h4>Body</h4>" + content_text(request["content"]);
    }
    return out + "<h4>Answers</h4>" + responses_text(document, body["responses"]) + "</details>\n";
}

}  // namespace

std::string render_page(const Document& document) {
    const Json& info = document.root()["info"];
    std::string links;
    std::string sections;
    for (const Json& tag : document.root()["tags"]) {
        const std::string name = tag["name"];
        std::string anchor = name;
        std::ranges::replace(anchor, ' ', '-');
        links += fmt::format("<a href=\"#{}\">{}</a>\n", anchor, html_text(name));
        sections += fmt::format("<h2 id=\"{}\">{}</h2>{}", anchor, html_text(name),
                                prose(text_at(tag, "description")));
        for (const Operation& operation : document.operations()) {
            if (operation.body->at("tags").front() == name)
                sections += operation_section(document, operation);
        }
    }
    std::string schemas;
    for (const auto& [name, schema] : document.root()["components"]["schemas"].items())
        schemas += schema_section(name, schema);
    return fmt::format(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{0} API</title>"
        "<meta name=viewport content=\"width=device-width\"><style>{1}</style>\n"
        "<nav><input id=search type=search placeholder=\"Search\" autofocus>{2}"
        "<a href=\"#schemas\">Schemas</a></nav>\n<main><h1>{0} API {3}</h1>{4}{5}"
        "<h2 id=schemas>Schemas</h2>{6}</main><script>{7}</script></html>\n",
        html_text(text_at(info, "title")), kStyle, links, html_text(text_at(info, "version")),
        prose(text_at(info, "description")), sections, schemas, kScript);
}

}  // namespace suanpan::openapi
