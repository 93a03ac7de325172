package io.weir.settings;

import com.typesafe.config.ConfigValue;

/**
 * The PEM files by which nodes know each other; all empty for plain TCP. Keys and defaults are under
 * {@code weir.cluster.tls}.
 */
public record ClusterTlsSettings(String certificate, String privateKey, String certificateAuthority) {
    private static final String SECTION = "cluster.tls";
    public static final String CERTIFICATE = SECTION + ".certificate";
    public static final String PRIVATE_KEY = SECTION + ".private-key";
    public static final String CERTIFICATE_AUTHORITY = SECTION + ".certificate-authority";

    public ClusterTlsSettings {
        boolean any = !(certificate + privateKey + certificateAuthority).isEmpty();
        if (any) {
            present(CERTIFICATE, certificate);
            present(PRIVATE_KEY, privateKey);
            present(CERTIFICATE_AUTHORITY, certificateAuthority);
        }
    }

    static ClusterTlsSettings from(ConfigValue value) {
        SettingsSection section = SettingsSection.of(SECTION, value);
        section.only("certificate", "private-key", "certificate-authority");
        return new ClusterTlsSettings(
                section.text("certificate").strip(),
                section.text("private-key").strip(),
                section.text("certificate-authority").strip());
    }

    public boolean isOn() {
        return !certificate.isEmpty();
    }

    private static void present(String key, String file) {
        if (file.isEmpty()) {
            throw new SettingsException(
                    key,
                    "is empty; TLS needs certificate, private-key and certificate-authority, each the path of a PEM"
                            + " file");
        }
    }
}
