#include "apps/suanpan/commands.hpp"

int main(int argc, char** argv) {
    return suanpan::cli::run(argc, argv);
}
