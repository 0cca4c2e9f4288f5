#include "apps/suanpan-meter/commands.hpp"

int main(int argc, char** argv) {
    return suanpan::meter::run_command(argc, argv, suanpan::meter::all_commands());
}
