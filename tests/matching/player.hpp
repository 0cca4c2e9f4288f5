#pragma once

// Plays commands to an engine, alone or beside the model.

#include "tests/matching/commands.hpp"
#include "tests/matching/model.hpp"
#include "tests/matching/named.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::matching::testing {

// What a buyer got and may give back.
struct Lease {
    OrderId sell;
    OrderId buy;
    PoolId pool;
    Window window;
    Lots lots;
    friend bool operator==(const Lease&, const Lease&) = default;
};

class Player {
 public:
    explicit Player(const Scene& scene);
    virtual ~Player() = default;
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;

    // First what is due by then expires. True: the command did something.
    bool play(const Command& command);
    [[nodiscard]] const NamedEngine& engine() const { return engine_; }
    [[nodiscard]] const std::vector<Lease>& leases() const { return leases_; }
    [[nodiscard]] const std::vector<Lease>& blocks() const { return blocks_; }
    [[nodiscard]] const Scene& scene() const { return scene_; }
    // All that was told so far, and where the engine stands.
    [[nodiscard]] const std::vector<Told>& told() const { return told_; }

 protected:
    // nullopt: it makes no sense now.
    virtual std::optional<Told> step(const Command& command);
    [[nodiscard]] bool makes_sense(const Command& command) const;

 private:
    [[nodiscard]] bool is_open(const OrderId& id) const;
    [[nodiscard]] std::optional<OrderId> find_due(Time now) const;
    Told apply(const Command& command);
    Told apply_to_market(const Command& command);
    Told give_back(const Command& command);
    void preview(const Command& command) const;
    void rebuild();

    Scene scene_;
    NamedEngine engine_;
    std::vector<Lease> leases_;
    std::vector<Lease> blocks_;
    std::vector<Told> told_;
};

// The engine and the model differ, or an invariant is broken.
struct Mismatch : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Compares everything after every command; throws Mismatch.
class Comparison : public Player {
 public:
    explicit Comparison(const Scene& scene);

    [[nodiscard]] const Model& model() const { return model_; }
    // What has happened, to know that a test tests something.
    std::map<std::string, int> reached;

 protected:
    std::optional<Told> step(const Command& command) override;

 private:
    void apply_to_model(const Command& command);
    void apply_to_models_market(const Command& command);
    void compare(const Command& command, const Told& told);
    void compare_touched(const Command& command, const Told& told);
    void compare_state();
    void compare_order(const ModelOrder& one, const OrderView& view);
    void compare_markets();
    void check_conservation(const Command& command, const Told& told);
    void note(const Command& command, const Told& told);

    Model model_;
    std::vector<ModelOrder> before_;  // the model's orders before the command
    std::vector<PerStep> sold_;       // by pool: leased or blocked, as the engine told
};

}  // namespace suanpan::matching::testing
