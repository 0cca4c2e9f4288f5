#include "apps/suanpan-demo/member.hpp"

#include "apps/suanpan-demo/stage.hpp"

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

Json register_meters(std::vector<Member>& members, std::string_view side, const Json& request) {
    Json made = Json::array();
    for (const Json& wanted : request.at("meters")) {
        for (Member& member : members) {
            if (member.id != text_of(wanted, "organisation")) continue;
            const Json meter =
                must(member.api->post("/v1/meters",
                                      {{"role", side}, {"public_key", wanted.at("public_key")}}),
                     "meter");
            made.push_back({{"organisation", member.id}, {"meter", meter.at("id")}});
        }
    }
    return made;
}

}  // namespace suanpan::demo
