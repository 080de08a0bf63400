/** Why a store does not do what it is asked, told to people, and how long it is waited for. */
@NullMarked
package io.github.hyenaspark.io.store;

import org.jspecify.annotations.NullMarked;
