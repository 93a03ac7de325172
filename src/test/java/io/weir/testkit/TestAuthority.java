package io.weir.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** An authority that lives as long as a test, and the certificates that it issues; the JDK's keytool makes both. */
public final class TestAuthority {
    private static final String PASSWORD = "changeit";
    private static final List<String> RSA = List.of("-keyalg", "RSA", "-keysize", "2048");

    private final Path directory;
    private final Path store;

    private TestAuthority(Path directory) {
        this.directory = directory;
        this.store = directory.resolve("store.p12");
    }

    /** A certificate with its key and its authority, each a PEM file. */
    public record Issued(Path certificate, Path privateKey, Path authority) {}

    /** Makes a new one, whose files are in a directory of their own. */
    public static TestAuthority create(Path parent, String name) throws Exception {
        TestAuthority authority = new TestAuthority(Files.createDirectories(parent.resolve(name)));
        List<String> options = new ArrayList<>(List.of("-dname", "CN=" + name, "-ext", "bc:c"));
        options.addAll(RSA);
        authority.generate("authority", options.toArray(String[]::new));
        return authority;
    }

    /**
     * Issues a certificate with an RSA key.
     *
     * @param names as {@code dns:weir,ip:127.0.0.1}
     * @param more further options of keytool
     */
    public Issued issue(String alias, String names, String... more) throws Exception {
        List<String> options =
                new ArrayList<>(List.of("-signer", "authority", "-dname", "CN=" + alias, "-ext", "san=" + names));
        options.addAll(List.of(more));
        if (!options.contains("-keyalg")) {
            options.addAll(RSA);
        }
        generate(alias, options.toArray(String[]::new));
        KeyStore all = load();
        Path certificate =
                pem(alias + ".crt", "CERTIFICATE", all.getCertificate(alias).getEncoded());
        Path key = pem(
                alias + ".key",
                "PRIVATE KEY",
                all.getKey(alias, PASSWORD.toCharArray()).getEncoded());
        Path authority =
                pem("ca.crt", "CERTIFICATE", all.getCertificate("authority").getEncoded());
        return new Issued(certificate, key, authority);
    }

    /** What shows this certificate, or none, and trusts the authority. */
    public SSLContext context(@Nullable String alias) throws Exception {
        KeyStore all = load();
        KeyStore trusted = empty();
        trusted.setCertificateEntry("authority", all.getCertificate("authority"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return context(all, alias, trust.getTrustManagers());
    }

    /** The same, trusting everybody, as who wants to get in would. */
    public SSLContext credulous(@Nullable String alias) throws Exception {
        return context(load(), alias, TlsClient.CREDULOUS);
    }

    private static SSLContext context(KeyStore all, @Nullable String alias, TrustManager... trust) throws Exception {
        KeyStore own = empty();
        if (alias != null) {
            own.setKeyEntry(
                    alias,
                    all.getKey(alias, PASSWORD.toCharArray()),
                    PASSWORD.toCharArray(),
                    all.getCertificateChain(alias));
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust, null);
        return context;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private KeyStore load() throws GeneralSecurityException, IOException {
        KeyStore all = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store)) {
            all.load(file, PASSWORD.toCharArray());
        }
        return all;
    }

    private void generate(String alias, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                alias));
        command.addAll(List.of(options));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + said);
        }
    }

    private Path pem(String file, String label, byte[] content) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                directory.resolve(file),
                "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
    }
}
