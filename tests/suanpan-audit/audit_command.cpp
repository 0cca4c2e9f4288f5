#include "tests/suanpan-audit/audit_command.hpp"

#include "apps/suanpan-audit/checkpoint.hpp"
#include "apps/suanpan-audit/export.hpp"
#include "apps/suanpan-audit/receipt.hpp"
#include "apps/suanpan-audit/replay.hpp"
#include "apps/suanpan-audit/verify.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>

namespace suanpan::audit {

Outcome audit(std::vector<std::string> arguments) {
    constexpr std::array kCommands = {
        Command{"checkpoint", "", declare_checkpoint}, Command{"compare", "", declare_compare},
        Command{"verify", "", declare_verify},         Command{"replay", "", declare_replay},
        Command{"export", "", declare_export},         Command{"receipt", "", declare_receipt}};
    arguments.insert(arguments.begin(), "suanpan-audit");
    std::vector<const char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.status = run(static_cast<int>(argv.size()), argv.data(), kCommands);
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr();
    return outcome;
}

std::vector<std::string> on(const TestLog& log, const std::string& command,
                            std::vector<std::string> more) {
    std::vector<std::string> out = {command, "--dir", log.directory().string(), "--key",
                                    ledger::to_string(log.verifier())};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::string code_of(const Outcome& outcome) {
    const auto json = parse_json(outcome.out);
    if (!json) return "no JSON: " + outcome.out + outcome.err;
    if (json->at("ok") == true) return outcome.status == kHolds ? "ok" : "wrong status";
    if (outcome.status != kDoesNotHold) return "wrong status";
    return json->at("fault").at("code").get<std::string>();
}

}  // namespace suanpan::audit
