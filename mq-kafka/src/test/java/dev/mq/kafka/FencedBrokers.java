package dev.mq.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/** Registers brokers that never run, which is what a cluster knows of those that are down. */
final class FencedBrokers {
  private final Admin admin;

  private FencedBrokers(Admin admin) {
    this.admin = admin;
  }

  /** Adds one of a new id, and returns once clients are told of it. */
  static void add(Admin admin, int id) throws Exception {
    new FencedBrokers(admin).register(id);
    DescribeClusterOptions all = new DescribeClusterOptions().includeFencedBrokers(true);
    await()
        .until(() -> admin.describeCluster(all).nodes().get().stream().anyMatch(n -> n.id() == id));
  }

  private void register(int id) throws Exception {
    BrokerRegistrationRequestData request =
        new BrokerRegistrationRequestData()
            .setBrokerId(id)
            .setClusterId(admin.describeCluster().clusterId().get())
            .setIncarnationId(Uuid.randomUuid())
            .setLogDirs(List.of(Uuid.randomUuid()));
    request
        .listeners()
        .add(
            new BrokerRegistrationRequestData.Listener()
                .setName("PLAINTEXT")
                .setHost("127.0.0.1")
                .setPort(1));
    admin
        .describeFeatures()
        .featureMetadata()
        .get()
        .supportedFeatures()
        .forEach(
            (name, range) ->
                request
                    .features()
                    .add(
                        new BrokerRegistrationRequestData.Feature()
                            .setName(name)
                            .setMinSupportedVersion(range.minVersion())
                            .setMaxSupportedVersion(range.maxVersion())));
    RaftVoterEndpoint controller =
        admin.describeMetadataQuorum().quorumInfo().get().nodes().values().stream()
            .flatMap(node -> node.endpoints().stream())
            .findFirst()
            .orElseThrow();
    try (Socket socket = new Socket(controller.host(), controller.port())) {
      assertThat(answer(socket, request)).isEqualTo(Errors.NONE);
    }
  }

  private static Errors answer(Socket socket, BrokerRegistrationRequestData request)
      throws IOException {
    short version = ApiKeys.BROKER_REGISTRATION.latestVersion();
    RequestHeader header = new RequestHeader(ApiKeys.BROKER_REGISTRATION, version, "test", 1);
    ByteBuffer bytes =
        RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    out.writeInt(bytes.remaining());
    out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    DataInputStream in = new DataInputStream(socket.getInputStream());
    ByteBuffer answer = ByteBuffer.wrap(in.readNBytes(in.readInt()));
    ResponseHeader.parse(answer, ApiKeys.BROKER_REGISTRATION.responseHeaderVersion(version));
    return Errors.forCode(
        new BrokerRegistrationResponseData(new ByteBufferAccessor(answer), version).errorCode());
  }
}
