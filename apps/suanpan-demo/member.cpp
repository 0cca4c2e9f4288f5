#include "apps/suanpan-demo/member.hpp"

namespace suanpan::demo {

std::string text_of(const Json& object, const std::string& name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<Member> read_members(const Json& request) {
    const client::Url url = client::parse_url(text_of(request, "url")).value();
    std::vector<Member> members;
    for (const Json& one : request.at("organisations")) {
        Member member;
        member.id = text_of(one, "id");
        member.name = text_of(one, "name");
        member.centre = text_of(one, "centre");
        member.api = std::make_unique<client::Api>(url, text_of(one, "key"));
        members.push_back(std::move(member));
    }
    return members;
}

}  // namespace suanpan::demo
