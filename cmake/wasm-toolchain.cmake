# SPDX-License-Identifier: Apache-2.0
# Builds with Debian's Emscripten: finds its own platform file next to emcc and says how its
# programs are run.
find_program(METABATCH_EMCC emcc REQUIRED)
find_program(METABATCH_NODE NAMES node nodejs REQUIRED)
file(REAL_PATH "${METABATCH_EMCC}" emcc)
get_filename_component(emscripten_root "${emcc}" DIRECTORY)

# What Emscripten 3.1.6 links asks fetch() for a file path when Node has a fetch (18 and later), and
# fails.
set(CMAKE_CROSSCOMPILING_EMULATOR "${METABATCH_NODE};--no-experimental-fetch" CACHE STRING "runs what was built")

# A Node that is not Debian's own does not look where Debian puts acorn, which every link needs. The
# preset sets the same for the build, where this file is not read.
if(NOT DEFINED ENV{NODE_PATH})
  set(ENV{NODE_PATH} /usr/share/nodejs)
endif()

include("${emscripten_root}/cmake/Modules/Platform/Emscripten.cmake")
