package io.weir.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** A name server on this machine, with the names that a test gives it. */
public final class DnsForTests implements AutoCloseable {
    private final Map<String, List<String>> addresses = new ConcurrentHashMap<>();
    private final Map<String, List<Service>> services = new ConcurrentHashMap<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel channel;

    /** What a record of the type SRV names. */
    public record Service(String host, int port) {}

    private DnsForTests() throws InterruptedException {
        channel = new Bootstrap()
                .group(group)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<DatagramChannel>() {
                    @Override
                    protected void initChannel(DatagramChannel datagrams) {
                        datagrams
                                .pipeline()
                                .addLast(
                                        new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new Answers());
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
    }

    public static DnsForTests start() throws InterruptedException {
        return new DnsForTests();
    }

    /** Where it answers, as host:port. */
    public String address() {
        return "127.0.0.1:" + ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Gives a name its addresses, in the place of those that it had. */
    public void addresses(String name, String... all) {
        addresses.put(name, List.of(all));
    }

    /** Gives a service's name its hosts. */
    public void services(String name, Service... all) {
        services.put(name, List.of(all));
    }

    /** What it was asked, as {@code A name}. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) throws Exception {
            DnsQuestion question = query.recordAt(DnsSection.QUESTION);
            String name = question.name().replaceFirst("\\.$", "");
            asked.add(question.type().name() + " " + name);
            DatagramDnsResponse answer = new DatagramDnsResponse(
                    /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
            answer.addRecord(DnsSection.QUESTION, question);
            answer.setRecursionAvailable(true);
            if (!addresses.containsKey(name) && !services.containsKey(name)) {
                answer.setCode(DnsResponseCode.NXDOMAIN);
            }
            if (question.type().equals(DnsRecordType.A)) {
                for (String address : addresses.getOrDefault(name, List.of())) {
                    add(
                            answer,
                            question,
                            Unpooled.wrappedBuffer(
                                    InetAddress.getByName(address).getAddress()));
                }
            } else if (question.type().equals(DnsRecordType.SRV)) {
                for (Service service : services.getOrDefault(name, List.of())) {
                    add(answer, question, srv(service));
                }
            }
            var _ = context.writeAndFlush(answer);
        }

        private static void add(DatagramDnsResponse answer, DnsQuestion question, ByteBuf content) {
            // nobody is to remember it
            answer.addRecord(DnsSection.ANSWER, new DefaultDnsRawRecord(question.name(), question.type(), 0, content));
        }

        /** Priority, weight, port, and the host as labels (RFC 2782). */
        private static ByteBuf srv(Service service) {
            ByteBuf record = Unpooled.buffer().writeShort(0).writeShort(0).writeShort(service.port());
            for (String label : service.host().split("\\.", -1)) {
                byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
                record.writeByte(bytes.length).writeBytes(bytes);
            }
            return record.writeByte(0);
        }
    }
}
