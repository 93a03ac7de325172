package io.weir.cluster;

import io.weir.settings.ClusterTlsSettings;
import io.weir.settings.SettingsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.HttpsConnectionContext;
import org.apache.pekko.pki.pem.DERPrivateKeyLoader;
import org.apache.pekko.pki.pem.PEMDecoder;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import org.apache.pekko.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider;

/**
 * TLS between nodes, by files that are read anew every few minutes. Both sides show a certificate of one authority.
 * Remoting looks for a name that both have, and at no host name: nodes are found by addresses that no certificate knows
 * beforehand.
 */
final class ClusterTls {
    private static final String ENGINE = "pekko.remote.artery.ssl.rotating-keys-engine";

    private ClusterTls() {}

    /** What remoting needs. */
    static Map<String, Object> configure(ClusterTlsSettings settings) {
        check(settings);
        return Map.of(
                "pekko.remote.artery.transport",
                "tls-tcp",
                "pekko.remote.artery.ssl.ssl-engine-provider",
                RotatingKeysSSLEngineProvider.class.getName(),
                ENGINE + ".cert-file",
                settings.certificate(),
                ENGINE + ".key-file",
                settings.privateKey(),
                ENGINE + ".ca-cert-file",
                settings.certificateAuthority());
    }

    /** For the side that answers. It asks for the other's certificate. */
    static HttpsConnectionContext server(ActorSystem<?> system) {
        SSLEngineProvider engines = engines(system);
        return ConnectionContext.httpsServer(() -> engines.createServerSSLEngine("", 0));
    }

    /** For the side that asks. */
    static HttpsConnectionContext client(ActorSystem<?> system) {
        SSLEngineProvider engines = engines(system);
        return ConnectionContext.httpsClient(engines::createClientSSLEngine);
    }

    private static SSLEngineProvider engines(ActorSystem<?> system) {
        return new RotatingKeysSSLEngineProvider(system.classicSystem());
    }

    /** Finds at the start what would otherwise keep the node out without anybody noticing why. */
    private static void check(ClusterTlsSettings settings) {
        X509Certificate authority =
                certificate(ClusterTlsSettings.CERTIFICATE_AUTHORITY, settings.certificateAuthority());
        X509Certificate certificate = certificate(ClusterTlsSettings.CERTIFICATE, settings.certificate());
        PrivateKey key = privateKey(settings.privateKey());
        if (!(certificate.getPublicKey() instanceof RSAKey known
                && key instanceof RSAKey own
                && known.getModulus().equals(own.getModulus()))) {
            throw wrong(
                    ClusterTlsSettings.PRIVATE_KEY,
                    settings.privateKey(),
                    "is not the key of the certificate in " + settings.certificate());
        }
        try {
            certificate.verify(authority.getPublicKey());
        } catch (GeneralSecurityException other) {
            throw wrong(
                    ClusterTlsSettings.CERTIFICATE,
                    settings.certificate(),
                    "was not issued by the authority in " + settings.certificateAuthority() + " itself");
        }
    }

    private static X509Certificate certificate(String key, String file) {
        byte[] bytes = read(key, file);
        X509Certificate certificate;
        try {
            certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
        } catch (CertificateException problem) {
            throw wrong(key, file, "holds no certificate in PEM");
        }
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException | CertificateNotYetValidException problem) {
            throw wrong(
                    key,
                    file,
                    "is valid from " + certificate.getNotBefore().toInstant() + " to "
                            + certificate.getNotAfter().toInstant() + ", and not now");
        }
        return certificate;
    }

    private static PrivateKey privateKey(String file) {
        String text = new String(read(ClusterTlsSettings.PRIVATE_KEY, file), StandardCharsets.UTF_8);
        try {
            return DERPrivateKeyLoader.load(PEMDecoder.decode(text));
        } catch (Exception problem) {
            // Scala does not declare what it throws, which for a key of another algorithm is a checked exception
            throw wrong(
                    ClusterTlsSettings.PRIVATE_KEY,
                    file,
                    "holds no RSA key in PEM, as PKCS #8 or PKCS #1 and without a password");
        }
    }

    private static byte[] read(String key, String file) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (NoSuchFileException missing) {
            throw wrong(key, file, "is not there");
        } catch (IOException unreadable) {
            throw wrong(key, file, "can't be read (" + unreadable + ")");
        }
    }

    private static SettingsException wrong(String key, String file, String problem) {
        return new SettingsException(key, "the file " + file + " " + problem);
    }
}
