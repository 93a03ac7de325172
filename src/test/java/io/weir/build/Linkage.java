package io.weir.build;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.invoke.MethodType;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** What classes of a jar call in others, and whether that is there. */
final class Linkage {
    private Linkage() {}

    /**
     * The fields, methods and constructors that the jar of a class refers to, as {@code owner#name descriptor}.
     *
     * @param owners what the owners' names begin with, with slashes
     */
    static Set<String> called(Class<?> inside, String owners) throws IOException, URISyntaxException {
        Set<String> called = new TreeSet<>();
        Path file = Path.of(
                inside.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (JarFile jar = new JarFile(file.toFile())) {
            for (JarEntry entry :
                    jar.stream().filter(one -> one.getName().endsWith(".class")).toList()) {
                try (InputStream stream = jar.getInputStream(entry)) {
                    for (PoolEntry constant :
                            ClassFile.of().parse(stream.readAllBytes()).constantPool()) {
                        if (constant instanceof MemberRefEntry member
                                && member.owner().asInternalName().startsWith(owners)) {
                            called.add(member.owner().asInternalName().replace('/', '.')
                                    + "#" + member.name().stringValue()
                                    + " " + member.type().stringValue());
                        }
                    }
                }
            }
        }
        return called;
    }

    /** Whether the class path has a member, in its owner or in what that is made from. */
    static boolean isThere(String member) {
        String[] parts = member.split("[# ]", 3);
        try {
            return isIn(Class.forName(parts[0], false, Linkage.class.getClassLoader()), parts[1], parts[2]);
        } catch (ClassNotFoundException | NoClassDefFoundError missing) {
            return false;
        }
    }

    private static boolean isIn(Class<?> owner, String name, String descriptor) {
        return members(owner, name).contains(descriptor)
                || Stream.concat(Stream.ofNullable(owner.getSuperclass()), Arrays.stream(owner.getInterfaces()))
                        .anyMatch(above -> isIn(above, name, descriptor))
                || (owner.isInterface() && members(Object.class, name).contains(descriptor));
    }

    private static List<String> members(Class<?> owner, String name) {
        List<String> descriptors = new ArrayList<>();
        if (name.equals("<init>")) {
            Arrays.stream(owner.getDeclaredConstructors())
                    .forEach(constructor ->
                            descriptors.add(MethodType.methodType(void.class, constructor.getParameterTypes())
                                    .descriptorString()));
        }
        Arrays.stream(owner.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .forEach(method ->
                        descriptors.add(MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                                .descriptorString()));
        Arrays.stream(owner.getDeclaredFields())
                .filter(field -> field.getName().equals(name))
                .forEach(field -> descriptors.add(field.getType().descriptorString()));
        return descriptors;
    }
}
