#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "apps/suanpan-audit/log_verifier.hpp"
#include "tests/suanpan-audit/file_server.hpp"
#include "tests/suanpan-audit/log_fixture.hpp"

#include <gtest/gtest.h>

namespace suanpan::audit {
namespace {

constexpr std::string_view kToken = "sk_test";

std::string verify(LogSource& source, const TestLog& log) {
    const auto result = verify_log(source, log.checkpoint().checkpoint, {});
    return result ? "ok" : result.error().code + " " + result.error().place;
}

TEST(UrlSource, ReadsAWholeLogWithTheAuditorsToken) {
    const TestLog log(600);
    const FileServer server(log.directory(), std::string(kToken));
    const auto source = make_url_source(server.url(), std::string(kToken));
    EXPECT_EQ(source->read_checkpoint().value(), log.checkpoint().note);
    EXPECT_EQ(verify(*source, log), "ok");
    log.flip("tile/0/001", 9);
    EXPECT_EQ(verify(*source, log), "tile_altered tile/0/001");
}

TEST(UrlSource, ReadsBundlesThatComeCompressedWithSeveralConnections) {
    const TestLog log(3'000);
    const FileServer server(log.directory(), std::string(kToken), true);
    const auto source = make_url_source(server.url(), std::string(kToken));
    EXPECT_EQ(source->read("tile/entries/000", 1'000'000).value(), log.read("tile/entries/000"));
    EXPECT_EQ(source->read("tile/entries/000", 1'000).error().code(), "too_large");
    VerifyOptions options;
    options.threads = source->useful_readers();
    EXPECT_GT(options.threads, 1U);
    EXPECT_TRUE(verify_log(*source, log.checkpoint().checkpoint, options));
    log.flip("tile/entries/007", 9);
    EXPECT_EQ(verify(*source, log), "entry_altered tile/entries/007");
}

TEST(UrlSource, TellsMissingForbiddenAndLargeFilesApart) {
    const TestLog log(600);
    const FileServer server(log.directory(), std::string(kToken));
    const auto source = make_url_source(server.url(), "");
    EXPECT_EQ(source->read("tile/0/009", 100).error().code(), "not_found");
    EXPECT_EQ(source->read("tile/0/000", 8'191).error().code(), "too_large");
    EXPECT_EQ(source->read("tile/0/000", 8'192)->size(), 8'192U);
    EXPECT_THROW((void)source->read("tile/entries/000", 1'000'000), AuditError);
}

TEST(UrlSource, PartialTileThatWasRemovedIsCutFromTheFullOne) {
    TestLog log(600);
    log.write_tiles(test_entries(768));
    log.remove("tile/entries/002.p/88");
    log.remove("tile/0/002.p/88");
    const FileServer server(log.directory(), "");
    const auto source = make_url_source(server.url(), "");
    EXPECT_EQ(verify(*source, log), "ok");
}

TEST(UrlSource, AServerThatStumblesDoesNotEndTheAudit) {
    const TestLog log(600);
    FileServer server(log.directory(), "");
    const auto source = make_url_source(server.url(), "");
    server.stumble(3, 0);
    EXPECT_EQ(source->read_checkpoint().value(), log.checkpoint().note);
    server.stumble(1, 1);
    EXPECT_EQ(verify(*source, log), "ok");
    server.stumble(1'000, 0);
    EXPECT_THROW((void)source->read_checkpoint(), AuditError);
}

// Each reader had to reach the server by itself before it was patient with it.
TEST(UrlSource, WhatOneReaderReachedTheOthersWaitFor) {
    const TestLog log(10);
    FileServer server(log.directory(), "");
    const auto source = make_url_source(server.url(), "");
    const auto other = source->another();
    ASSERT_TRUE(source->read_checkpoint());
    server.stumble(0, 1);
    EXPECT_EQ(other->read_checkpoint().value(), log.checkpoint().note);
}

TEST(UrlSource, ServerOutOfReachIsNoFaultOfTheLog) {
    std::string url;
    {
        const TestLog log(1);
        const FileServer server(log.directory(), "");
        url = server.url();
    }
    const auto source = make_url_source(url, "");
    EXPECT_THROW((void)source->read_checkpoint(), AuditError);
    EXPECT_THROW((void)make_url_source("nonsense", ""), AuditError);
}

}  // namespace
}  // namespace suanpan::audit
