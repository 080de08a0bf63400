package io.github.hyenaspark.data.document;

/**
 * A setting does not fit its file, such as the name of a column that the file lacks: an error of the user, even where
 * an executor finds it. The message names the setting.
 */
public final class WrongSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public WrongSettingException(String message) {
        super(message);
    }
}
