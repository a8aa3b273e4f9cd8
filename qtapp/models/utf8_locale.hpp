// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace metabatch::models {

/// Makes the character encoding of the process UTF-8 where the environment names another one or
/// none; languages and formats stay. Qt does the same, and from 6.8 on it prints a warning of four
/// lines to standard error. Call this before the application is made, and before other threads
/// start.
void useUtf8Locale();

}  // namespace metabatch::models
