#include "db/conninfo.hpp"

#include "tests/db/fixture.hpp"

#include <pqxx/result>
#include <pqxx/transaction_base>

namespace suanpan::db {
namespace {

TEST(Conninfo, AddsParametersToBothForms) {
    const ConnectionParameters more{{"options", "-c a=b"}, {"application_name", "it's"}};
    EXPECT_EQ(with_parameters("host=/tmp dbname=x", more),
              "host=/tmp dbname=x options='-c a=b' application_name='it\\'s'");
    EXPECT_EQ(with_parameters("postgresql:///x?host=/tmp", more),
              "postgresql:///x?host=/tmp&options=-c%20a%3db&application_name=it%27s");
    EXPECT_EQ(with_parameters("postgres://h/x", {{"a", "b"}}), "postgres://h/x?a=b");
}

class ConninfoUri : public MigratedDatabase {};

TEST_F(ConninfoUri, ConnectsAsTheApplication) {
    const std::string& pairs = database.conninfo();
    const auto value = [&pairs](const std::string& key) {
        const auto from = pairs.find(key + "=") + key.size() + 1;
        return pairs.substr(from, pairs.find(' ', from) - from);
    };
    const std::string uri = "postgresql:///" + database.name() + "?host=" + value("host") +
                            "&port=" + value("port") + "&user=" + value("user");
    EXPECT_TRUE(check_schema(uri));
    Pool by_uri(uri);
    EXPECT_EQ(
        by_uri.read("who",
                    [](Tx& tx) {
                        return tx
                            .exec1("SELECT current_user || current_setting('statement_timeout')")[0]
                            .as<std::string>();
                    }),
        "suanpan_app30s");
}

}  // namespace
}  // namespace suanpan::db
