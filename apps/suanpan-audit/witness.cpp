#include "apps/suanpan-audit/witness.hpp"

#include "apps/suanpan-audit/text.hpp"
#include "ledger/witness.hpp"

#include <utility>

namespace suanpan::audit {
namespace {

WebResponse response_of(const ledger::WitnessAnswer& answer) {
    return {answer.status, answer.content_type, answer.body};
}

}  // namespace

Witness::Witness(WitnessKey key, std::vector<ledger::VerifierKey> logs, WitnessStore& store,
                 Clock clock, Watch watch)
    : key_(std::move(key)),
      logs_(std::move(logs)),
      clock_(std::move(clock)),
      watch_(std::move(watch)),
      store_(store) {}

WebResponse Witness::handle(const WebRequest& request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path == ledger::kAddCheckpointPath) {
        if (request.method != "POST") return plain_text(405, "a checkpoint is added with POST");
        return add_checkpoint(request.body);
    }
    if (path != "/" && path != "/key") return plain_text(404, "there is nothing here");
    if (request.method != "GET") return plain_text(405, "this is read with GET");
    return path == "/key" ? plain_text(200, to_string(key_.verifier)) : show();
}

WebResponse Witness::add_checkpoint(const std::string& body) {
    const auto request = ledger::parse_add_checkpoint(body);
    if (!request) return response_of(ledger::refuse_request(request.error()));
    const auto origin = ledger::origin_of(*request);
    if (!origin) return response_of(ledger::refuse_request(origin.error()));
    const std::lock_guard lock(mutex_);
    ledger::WitnessAnswer answer = decide_and_keep(*request, *origin);
    const std::string who = printable(*origin);
    if (answer.status == 200) {
        answer.body = ledger::cosign_line(answer.text, key_.verifier.name, key_.key, clock_());
        watch_("200 " + who + ": cosigned " + grouped(answer.next->size) + " entries");
    } else {
        watch_(std::to_string(answer.status) + " " + who + ": " + printable(answer.body));
    }
    return response_of(answer);
}

// What is answered 200 is durable before this returns.
ledger::WitnessAnswer Witness::decide_and_keep(const ledger::AddCheckpointRequest& request,
                                               const std::string& origin) {
    const WitnessStore::Log before = store_.find(origin);
    ledger::WitnessAnswer answer = ledger::decide(request, logs_, before.state);
    if (answer.next) {
        try {
            store_.put(origin, {*answer.next, request.checkpoint});
        } catch (const AuditError& error) {
            watch_("500 " + printable(origin) + ": nothing cosigned: " + error.what());
            throw;
        }
    }
    if (answer.is_evidence) {
        const auto file = store_.keep_evidence(origin, before.note, request.checkpoint);
        watch_("EVIDENCE " + printable(origin) +
               ": the log signed a checkpoint that contradicts one cosigned before; both are in " +
               file.string());
    }
    return answer;
}

WebResponse Witness::show() {
    std::string text = to_string(key_.verifier) + "\n";
    const std::lock_guard lock(mutex_);
    for (const ledger::VerifierKey& log : logs_) {
        text += "log " + to_string(log) + " size " +
                std::to_string(store_.find(log.name).state.size) + "\n";
    }
    text.pop_back();
    return plain_text(200, std::move(text));
}

}  // namespace suanpan::audit
