package io.github.hyenaspark.io;

/**
 * A setting does not fit the file that it is about, such as the name of a column that the file has not. Found where the
 * file is read, also on an executor, and still the user's affair.
 */
public final class WrongSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * The message names the setting.
     *
     * @param message what was found, what was expected, and where
     */
    public WrongSettingException(String message) {
        super(message);
    }
}
