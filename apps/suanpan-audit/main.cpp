#include "apps/suanpan-audit/checkpoint.hpp"
#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/export.hpp"
#include "apps/suanpan-audit/receipt.hpp"
#include "apps/suanpan-audit/replay.hpp"
#include "apps/suanpan-audit/verify.hpp"
#include "apps/suanpan-audit/witness.hpp"

#include <array>

int main(int argc, char** argv) {
    using namespace suanpan::audit;
    const std::array kCommands = {
        Command{"checkpoint", "Check the signed checkpoint and that it continues those seen before",
                declare_checkpoint},
        Command{"compare", "Check whether two auditors were shown the same log", declare_compare},
        Command{"verify", "Check every entry of the log against its signed checkpoint",
                declare_verify},
        Command{"replay", "Run the market's and the settlement's rules again over the log",
                declare_replay},
        Command{"export", "Write the log's postings as a journal: hledger, beancount, CSV",
                declare_export},
        Command{"receipt", "Check one receipt (.tlog-proof), offline", declare_receipt},
        Command{"witness", "Cosign the checkpoints of logs that only grow, over HTTP (C2SP)",
                declare_witness},
    };
    return run(argc, argv, kCommands);
}
