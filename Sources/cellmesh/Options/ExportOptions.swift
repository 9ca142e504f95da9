import ArgumentParser
import Exports

/// How an export reports, whose `--output` is where it writes.
struct ExportReporting: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("format")],
        help: ArgumentHelp("How to report: table, wide, json, yaml or name.", valueName: "format"))
    var format: OutputFormat = .table

    @Option(help: ArgumentHelp("Colours: auto, always or never. NO_COLOR is heeded too.", valueName: "when"))
    var color: ColorChoice = .auto

    var console: Console { Console(format: format, color: color) }
}

/// What an export for Kubernetes takes.
struct KubernetesOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What the name of each namespace begins with; left out: MESH-.", valueName: "text"))
    var namespacePrefix: String?

    @Option(
        help: ArgumentHelp(
            "A Secret that each namespace has already; its key 'secret' holds 32 bytes in hexadecimal.",
            valueName: "name"))
    var secret: String?

    @Option(
        help: ArgumentHelp(
            "32 bytes in hexadecimal for the Secret; left out: drawn, and kept by --force.", valueName: "file"))
    var secretFile: String?

    @Option(
        help: ArgumentHelp(
            "The most of a namespace, of cpu=100,memory=200Gi,claims=10,load-balancers=2.", valueName: "list"))
    var quota = QuotaArgument()

    @Option(
        help: ArgumentHelp(
            "Of a container, of max-cpu=4,max-memory=8Gi,min-cpu=100m,min-memory=128Mi,cpu=1,memory=1Gi.",
            valueName: "list"))
    var limits = LimitsArgument()

    @Option(help: ArgumentHelp("How pods keep to the nodes of their region and zone: required, preferred or none."))
    var placement: KubernetesSettings.Placement = .required

    @Option(help: ArgumentHelp("The type of the routers' Service: ClusterIP, NodePort or LoadBalancer."))
    var service: KubernetesSettings.ServiceType = .clusterIP

    @Option(help: ArgumentHelp("The size of a cell's volume.", valueName: "size"))
    var storage = StorageArgument(bytes: 1 << 30)

    @Option(help: ArgumentHelp("The class of volumes; left out: the cluster's choice.", valueName: "name"))
    var storageClass: String?

    @Option(help: ArgumentHelp("What takes the files: kubernetes or podman."))
    var flavour: Flavour = .kubernetes

    @Option(
        help: ArgumentHelp(
            "With podman: where the first router is reached on this machine's loopback, 1 to 65000.", valueName: "port")
    )
    var port = 7_000

    enum Flavour: String, ExpressibleByArgument, CaseIterable {
        case kubernetes, podman
    }

    func validate() throws {
        guard secret == nil || secretFile == nil else {
            throw ValidationError("give --secret or --secret-file, not both")
        }
        guard (1...65_000).contains(port) else { throw ValidationError("--port is 1 to 65000") }
        if let secret, !KubernetesSettings.isName(secret) { throw ValidationError("--secret is the name of an object") }
        if let storageClass, !KubernetesSettings.isName(storageClass) {
            throw ValidationError("--storage-class is the name of an object")
        }
    }
}

extension KubernetesSettings.Placement: ExpressibleByArgument {}
extension KubernetesSettings.ServiceType: ExpressibleByArgument {}

/// `10Gi`.
struct StorageArgument: ExpressibleByArgument, Sendable {
    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }
    init?(argument: String) {
        guard let bytes = Quantity.memory(argument) else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String { Quantity.memory(bytes) }
}

/// `cpu=100,memory=200Gi`.
struct QuotaArgument: ExpressibleByArgument, Sendable {
    var quota = KubernetesSettings.Quota()

    init() {}
    init?(argument: String) {
        guard let quota = KubernetesSettings.Quota(argument) else { return nil }
        self.quota = quota
    }

    var defaultValueDescription: String { "all of these" }
}

/// `max-memory=16Gi`.
struct LimitsArgument: ExpressibleByArgument, Sendable {
    var limits = KubernetesSettings.Limits()

    init() {}
    init?(argument: String) {
        guard let limits = KubernetesSettings.Limits(argument) else { return nil }
        self.limits = limits
    }

    var defaultValueDescription: String { "all of these" }
}
