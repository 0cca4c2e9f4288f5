#include "ledger/witness.hpp"

#include "ledger/tree.hpp"
#include "support/seed.hpp"
#include "tests/ledger/keys.hpp"
#include "tests/ledger/naive_tree.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace suanpan::ledger {
namespace {

using keys::kOrigin;

const std::vector<Hash>& all_leaves() {
    static const std::vector<Hash> kLeaves = naive::leaves(40);
    return kLeaves;
}

Hash root_at(std::uint64_t size) {
    return root_of(std::span(all_leaves()).first(size));
}

WitnessState state_at(std::uint64_t size) {
    return {size, size == 0 ? Hash{} : root_at(size)};
}

std::string note_at(std::uint64_t size, const Hash& root, std::uint8_t key = 1,
                    std::string_view origin = kOrigin) {
    return sign_checkpoint(Checkpoint{std::string(origin), size, root, ""}, keys::signing(key));
}

AddCheckpointRequest request(std::uint64_t old_size, std::uint64_t size) {
    return {old_size, naive::consistency(old_size, std::span(all_leaves()).first(size)),
            note_at(size, root_at(size))};
}

WitnessAnswer answer(const AddCheckpointRequest& in, const WitnessState& state) {
    return decide(in, std::array{keys::log()}, state);
}

// The example of tlog-witness.
constexpr std::string_view kExample =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\xE2\x80\x94 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

TEST(WitnessRequest, ReadsAndPrintsSpecificationExample) {
    const auto in = parse_add_checkpoint(kExample);
    ASSERT_TRUE(in) << in.error().detail();
    EXPECT_EQ(in->old_size, 20852014U);
    EXPECT_EQ(in->proof.size(), 4U);
    EXPECT_TRUE(in->checkpoint.starts_with("example.com/behind-the-sofa\n20852163\n"));
    EXPECT_EQ(to_string(*in), kExample);
    EXPECT_EQ(origin_of(*in).value(), "example.com/behind-the-sofa");
}

TEST(WitnessRequest, RefusesWrongForms) {
    const std::string hash = to_base64(as_chars(leaf_hash("a"))) + "\n";
    std::string many;
    for (int i = 0; i < 63; ++i)
        many += hash;
    EXPECT_TRUE(parse_add_checkpoint("old 1\n" + many + "\nx"));
    for (const std::string& body : {std::string(),
                                    std::string("old\n\nx"),
                                    std::string("old \n\nx"),
                                    std::string("old 01\n\nx"),
                                    std::string("old -1\n\nx"),
                                    std::string("old +1\n\nx"),
                                    std::string("old 9223372036854775808\n\nx"),
                                    std::string("old  1\n\nx"),
                                    std::string("old 1\r\n\r\nx"),
                                    std::string("Old 1\n\nx"),
                                    std::string("1\n\nx"),
                                    std::string("old 1"),
                                    std::string("old 1\n"),
                                    std::string("old 1\n\n"),
                                    "old 1\n" + hash,
                                    "old 1\n" + hash.substr(1) + "\nx",
                                    "old 1\n" + hash.substr(0, 43) + "\n\nx",
                                    "old 1\n " + hash + "\nx",
                                    "old 1\n" + many + hash + "\nx",
                                    "old 1\n\n" + std::string(kMaxWitnessRequestBytes, 'x')}) {
        const auto in = parse_add_checkpoint(body);
        ASSERT_FALSE(in) << body.substr(0, 80);
        EXPECT_EQ(in.error().code(), "bad_request");
        EXPECT_EQ(refuse_request(in.error()).status, 400);
    }
}

TEST(Witness, CosignsWhatGoesOnFromItsState) {
    for (std::uint64_t size = 0; size <= 40; ++size) {
        for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
            const auto out = answer(request(old_size, size), state_at(old_size));
            ASSERT_EQ(out.status, 200) << old_size << " to " << size << ": " << out.body;
            EXPECT_EQ(out.next, (WitnessState{size, root_at(size)}));
            EXPECT_EQ(out.text, parse_note(note_at(size, root_at(size)))->text);
            EXPECT_EQ(out.body, "");
        }
    }
}

TEST(Witness, TellsTheSizeItKnows) {
    const auto out = answer(request(5, 9), state_at(7));
    EXPECT_EQ(out.status, 409);
    EXPECT_EQ(out.content_type, "text/x.tlog.size");
    EXPECT_EQ(out.body, "7\n");
    EXPECT_EQ(read_tree_size(out.body), 7U);
    EXPECT_FALSE(out.next);
    EXPECT_FALSE(out.is_evidence);
    // How a log asks before it signs anything: with old size 0.
    EXPECT_EQ(answer(request(0, 9), state_at(7)).body, "7\n");
    EXPECT_EQ(answer(request(9, 9), state_at(0)).body, "0\n");
}

TEST(Witness, ReadsNoOtherSizes) {
    for (const std::string_view body : {"", "7", "7\n\n", "07\n", "-7\n", " 7\n", "7 \n", "7\r\n",
                                        "9223372036854775808\n", "x\n"}) {
        EXPECT_EQ(read_tree_size(body).error().code(), "bad_answer") << body;
    }
}

TEST(Witness, KeepsTheEvidenceOfTwoRootsForOneSize) {
    const auto fork = note_at(7, leaf_hash("another history"));
    for (const std::uint64_t old_size : {std::uint64_t{7}, std::uint64_t{0}}) {
        const auto out = answer({old_size, {}, fork}, state_at(7));
        EXPECT_EQ(out.status, 409);
        EXPECT_TRUE(out.is_evidence);
        EXPECT_FALSE(out.next);
        EXPECT_EQ(out.content_type == kTreeSizeType, old_size == 0);
    }
}

TEST(Witness, RefusesInTheOrderOfTheProtocol) {
    auto in = request(5, 9);
    in.proof[0][3] ^= 1;
    EXPECT_EQ(answer(in, state_at(5)).status, 422);
    in = request(5, 9);
    in.proof.pop_back();
    EXPECT_EQ(answer(in, state_at(5)).status, 422);
    in = request(0, 9);
    in.proof.push_back(leaf_hash("a"));
    EXPECT_EQ(answer(in, state_at(0)).status, 422);
    in = request(9, 9);
    in.proof.push_back(leaf_hash("a"));
    EXPECT_EQ(answer(in, state_at(9)).status, 422);
    // A wrong size comes before a wrong proof.
    EXPECT_EQ(answer(in, state_at(8)).status, 409);

    EXPECT_EQ(answer({10, {}, note_at(9, root_at(9))}, state_at(10)).status, 400);
    EXPECT_EQ(answer({10, {}, note_at(9, root_at(9), 2)}, state_at(10)).status, 403);
    EXPECT_EQ(answer({10, {}, note_at(9, root_at(9), 2, "x.example")}, state_at(10)).status, 404);
    EXPECT_EQ(answer({10, {}, "nothing"}, state_at(10)).status, 400);
    EXPECT_EQ(answer({10, {}, sign_note("hello\n", kOrigin, keys::signing(1))}, {}).status, 400);
}

TEST(Witness, ASignatureOfAnotherTextIsRefused) {
    std::string note = note_at(9, root_at(9));
    note.replace(note.find("\n9\n"), 3, "\n8\n");
    EXPECT_EQ(answer({0, {}, note}, {}).status, 403);
}

TEST(Witness, EitherKeyOfALogServes) {
    const std::array both = {keys::log(1), keys::log(2)};
    const Checkpoint checkpoint{std::string(kOrigin), 9, root_at(9), ""};
    const SigningKey one = keys::signing(1);
    const SigningKey two = keys::signing(2);
    for (const std::string& note :
         {sign_checkpoint(checkpoint, one), sign_checkpoint(checkpoint, two),
          sign_checkpoint(checkpoint, std::array{&one, &two})}) {
        EXPECT_EQ(decide({0, {}, note}, both, {}).status, 200);
        EXPECT_EQ(decide({0, {}, note}, std::array{keys::log(3)}, {}).status, 403);
    }
    // Another log's key does not speak for this one.
    const std::array others = {keys::log(1, "other.example/log"), keys::log(2)};
    EXPECT_EQ(
        decide({0, {}, sign_note(to_string(checkpoint), "other.example/log", one)}, others, {})
            .status,
        403);
}

// Whatever is asked, in whatever order, by a log with two histories: what a witness cosigned is one
// history, and its size never falls.
TEST(Witness, NeverCosignsTwoHistories) {
    std::mt19937_64 random(support::test_seed());
    for (int round = 0; round < 50; ++round) {
        const std::uint64_t split = random() % 39 + 1;
        std::vector<Hash> other = all_leaves();
        for (std::uint64_t i = split; i < other.size(); ++i)
            other[i] = leaf_hash("other-" + std::to_string(i));
        WitnessState state;
        const std::vector<Hash>* history = nullptr;
        for (int step = 0; step < 60; ++step) {
            const std::vector<Hash>& leaves = random() % 2 == 0 ? all_leaves() : other;
            const std::uint64_t size = random() % 40 + 1;
            const std::uint64_t old_size =
                random() % 2 == 0 ? std::min(state.size, size) : random() % (size + 1);
            const auto tree = std::span(leaves).first(size);
            const auto out =
                answer({old_size, naive::consistency(old_size, tree), note_at(size, root_of(tree))},
                       state);
            if (out.status != 200) continue;
            ASSERT_GE(size, state.size);
            if (size > split) {
                ASSERT_TRUE(history == nullptr || history == &leaves);
                history = &leaves;
            }
            state = out.next.value();
        }
        EXPECT_GT(state.size, 0U);
    }
}

TEST(WitnessAnswerBody, GivesTheKnownCosignatures) {
    const std::string text = to_string(Checkpoint{std::string(kOrigin), 9, root_at(9), ""});
    const auto line = [&](std::uint8_t n) {
        return cosign_line(text, keys::witness_name(n), keys::signing(n), Time(1000 + n));
    };
    const std::array known = {keys::witness(2), keys::witness(3)};
    EXPECT_EQ(read_cosignatures(line(2), text, known).value(), std::vector{line(2)});
    EXPECT_EQ(read_cosignatures(line(4) + line(3) + line(2), text, known).value(),
              (std::vector{line(3), line(2)}));
    EXPECT_EQ(read_cosignatures(line(4), text, known).error().code(), "unsigned_note");
    const std::string wrong = cosign_line("other\n", keys::witness_name(2), keys::signing(2), {});
    EXPECT_EQ(read_cosignatures(wrong, text, known).error().code(), "bad_signature");
    EXPECT_EQ(read_cosignatures(line(3) + wrong, text, known).error().code(), "bad_signature");
    // A log's own key is no witness.
    EXPECT_EQ(read_cosignatures(sign_line(text, kOrigin, keys::signing(1)), text,
                                std::array{keys::log(1)})
                  .error()
                  .code(),
              "unsigned_note");
    for (const std::string& body :
         {std::string(), std::string("\n"), std::string("ok\n"), line(2) + "\n", "\n" + line(2),
          line(2) + "\n" + line(3), line(2).substr(0, 60), text + "\n" + line(2),
          std::string(kMaxWitnessAnswerBytes + 1, 'x')}) {
        EXPECT_EQ(read_cosignatures(body, text, known).error().code(), "bad_answer")
            << body.substr(0, 80);
    }
}

}  // namespace
}  // namespace suanpan::ledger
