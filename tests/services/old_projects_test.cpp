// Orders from before there were projects, when any id could stand for one.

#include "base/random.hpp"
#include "db/migrate.hpp"
#include "tests/services/trading_fixture.hpp"

namespace suanpan::services {
namespace {

using OldProjects = Trading;

// Its hold was given back to a project that the market did not know, which ended the server.
TEST_F(OldProjects, AnOpenOrderForAnUnknownOneGoesOnForNone) {
    auto loop = open();
    const OrganisationId& buyer = parties.buyers[0];
    const auto project = random_id<ProjectId>(kDawn);
    ASSERT_EQ(ask(*loop, make_submission(
                             make_command(buyer, core::OpenProject{project, buyer, "training"})))
                  ->status,
              201);
    core::PlaceOrder order =
        make_buy(parties, 0, 1, 1'000'000, {Time(kDawn.value + 7'200), Time(kDawn.value + 10'800)});
    order.terms.project = project;
    ASSERT_EQ(ask(*loop, make_submission(make_command(buyer, order)))->status, 201);
    loop->stop();
    loop.reset();
    // As if it had been placed before: nobody has opened that project.
    database.execute("TRUNCATE project, project_budget");
    const std::string id = database.query("SELECT id FROM orders WHERE state = 'open'");
    for (const db::Migration& file : db::embedded_migrations()) {
        if (file.name.ends_with("_unknown_projects.sql")) database.execute(file.text);
    }
    loop = open();
    core::CancelOrder cancel;
    cancel.id.bytes = *from_uuid(id);
    ASSERT_EQ(ask(*loop, make_submission(make_command(buyer, cancel)))->status, 201);
    EXPECT_EQ(database.query("SELECT count(*) FROM orders WHERE project IS NOT NULL"), "0");
    EXPECT_EQ(
        database.query("SELECT sum(balance_micro) FROM account_balance WHERE account = 'held'"),
        "0");
}

}  // namespace
}  // namespace suanpan::services
