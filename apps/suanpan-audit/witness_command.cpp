#include "apps/suanpan-audit/http_server.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "apps/suanpan-audit/witness.hpp"
#include "base/time.hpp"
#include "ledger/policy.hpp"
#include "ledger/text.hpp"

#include <CLI/CLI.hpp>
#include <pthread.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <utility>

namespace suanpan::audit {
namespace {

struct Options {
    std::string key_file;
    std::string state;
    std::string policy_file;
    std::vector<std::string> logs;
    std::string listen = "127.0.0.1:8095";
    bool anywhere = false;
    bool quiet = false;
    std::string name;  // keygen
};

std::string state_path(const Options& options) {
    return options.state.empty() ? options.key_file + ".state" : options.state;
}

int keygen(const Options& options) {
    const WitnessKey key = make_witness_key(options.key_file, options.name);
    WitnessStore::create(state_path(options), key.verifier);
    std::cout << to_string(key.verifier) << '\n';
    return kHolds;
}

std::vector<ledger::VerifierKey> known_logs(const Options& options) {
    std::vector<ledger::VerifierKey> logs;
    if (!options.policy_file.empty()) {
        const auto policy =
            ledger::parse_policy(read_local_file(options.policy_file, ledger::kMaxPolicyBytes));
        if (!policy) throw AuditError(options.policy_file + ": " + policy.error().detail());
        logs = ledger::log_keys(*policy);
    }
    for (const std::string& text : options.logs) {
        auto key = ledger::parse_verifier_key(text);
        if (!key || key->type != ledger::KeyType::kEd25519)
            throw AuditError("--log: " + (key ? "not a log's key" : key.error().detail()));
        logs.push_back(std::move(*key));
    }
    if (logs.empty()) throw AuditError("whose checkpoints to cosign, is needed: --policy or --log");
    return logs;
}

std::pair<std::string, std::uint16_t> listen_address(const Options& options) {
    const std::size_t colon = options.listen.rfind(':');
    std::string address = options.listen.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    const auto port = colon == std::string::npos
                          ? std::nullopt
                          : ledger::parse_count(std::string_view(options.listen).substr(colon + 1));
    if (!port || *port > UINT16_MAX || address.empty())
        throw AuditError("--listen: an address and a port are needed, such as 127.0.0.1:8095");
    if (!options.anywhere && !is_loopback(address)) {
        throw AuditError("--listen: " + address +
                         " can be reached by others, and this is plain HTTP: put a TLS proxy in "
                         "front, or say --anywhere");
    }
    return {address, static_cast<std::uint16_t>(*port)};
}

Time now() {
    return Time(std::chrono::duration_cast<std::chrono::seconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count());
}

// Blocks the signals that ask to stop, in this thread and those it starts from now on.
class StopSignals {
 public:
    StopSignals() {
        ::sigemptyset(&set_);
        ::sigaddset(&set_, SIGTERM);
        ::sigaddset(&set_, SIGINT);
        ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
    }
    ~StopSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    void wait() const {
        int number = 0;
        ::sigwait(&set_, &number);
    }

 private:
    ::sigset_t set_{};
    ::sigset_t before_{};
};

int serve(const Options& options) {
    const auto [address, port] = listen_address(options);
    WitnessKey key = load_witness_key(options.key_file);
    std::vector<ledger::VerifierKey> logs = known_logs(options);
    WitnessStore store(state_path(options), key.verifier);
    const std::string verifier = to_string(key.verifier);
    const auto watch = [&options](const std::string& what) {
        if (!options.quiet) std::cout << to_string(now()) << ' ' << what << std::endl;
    };
    Witness witness(std::move(key), std::move(logs), store, now, watch);
    const StopSignals signals;
    HttpServer server(address, port, {},
                      [&witness](const WebRequest& request) { return witness.handle(request); });
    std::cout << "Witness key: " << verifier << "\nListening on " << address << " port "
              << server.port() << std::endl;
    signals.wait();
    server.stop();
    return kHolds;
}

}  // namespace

Runner declare_witness(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    auto* make = app.add_subcommand("keygen", "Make a witness's key and its empty state");
    for (CLI::App* sub : {&app, make}) {
        sub->add_option("-k,--key", options->key_file, "The witness's secret key file (mode 0600)");
        sub->add_option("--state", options->state,
                        "What the witness cosigned; default: <key file>.state");
    }
    make->add_option("-n,--name", options->name, "The key's name, such as witness.example.org/one")
        ->required();
    app.add_option("-p,--policy", options->policy_file,
                   "A C2SP tlog-policy file, whose logs are cosigned");
    app.add_option("-l,--log", options->logs, "A log's verifier key; may be given again");
    app.add_option("--listen", options->listen, "Address and port; port 0 takes a free one");
    app.add_flag("--anywhere", options->anywhere,
                 "Allow plain HTTP on an address that others can reach");
    app.add_flag("-q,--quiet", options->quiet, "No line for each request");
    return [options, make] {
        if (options->key_file.empty()) throw AuditError("the key file is needed: --key");
        return make->parsed() ? keygen(*options) : serve(*options);
    };
}

}  // namespace suanpan::audit
