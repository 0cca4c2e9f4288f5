#include "base/bytes.hpp"
#include "db/native_session.hpp"
#include "db/state.hpp"
#include "support/program_run.hpp"
#include "tests/chaos/checks.hpp"

#include <chrono>

namespace suanpan::chaos {
namespace {

support::ProgramRun run_audit(const std::string& command, const std::filesystem::path& tiles,
                              const std::filesystem::path& policy) {
    support::ChildProcess::Options options;
    options.program = support::program_path("suanpan-audit");
    options.arguments = {command, "--dir", tiles, "--policy", policy};
    // What has traded for long takes a build with sanitizers long to replay.
    return support::run_to_end(options, std::chrono::minutes(30));
}

}  // namespace

Violations check_audit(const std::filesystem::path& tiles, const std::filesystem::path& policy,
                       const std::string& digest, const std::string& conninfo) {
    Violations out;
    const auto verified = run_audit("verify", tiles, policy);
    if (verified.status != 0) out.push_back({"suanpan-audit verify", verified.output});
    const auto replayed = run_audit("replay", tiles, policy);
    if (replayed.status != 0) out.push_back({"suanpan-audit replay", replayed.output});
    if (replayed.output.find(digest) == std::string::npos)
        out.push_back({"state digest", "ours is " + digest + "; " + replayed.output});
    db::NativeSession session(conninfo);
    const std::string stored = to_hex(as_chars(core::digest(db::load_state(session))));
    if (stored != digest)
        out.push_back({"state digest", "the log gives " + digest + ", the tables hold " + stored});
    return out;
}

}  // namespace suanpan::chaos
