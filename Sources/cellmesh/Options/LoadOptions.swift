import ArgumentParser
import Blueprints
import LoadGenerator
import MeshBase
import Topology

/// What a load asks of a mesh.
struct LoadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Requests per second, above 0 and up to 1000000, sent at their times whatever the mesh does.",
            valueName: "number"))
    var rate: Double = 100

    @Option(help: ArgumentHelp("How long.", valueName: "duration"))
    var duration = DurationArgument(.seconds(10))

    @Option(
        help: ArgumentHelp("Customers c1 to cN, 1 or more; those of the topology where left out.", valueName: "count"))
    var customers: Int?

    @Option(help: ArgumentHelp("What is asked: reads=60%,writes=30%,services=10%.", valueName: "shares"))
    var mix: String?

    @Option(help: ArgumentHelp("With which priority: critical=10%,normal=60%,low=30%.", valueName: "shares"))
    var priorities: String?

    @Option(
        name: .customLong("service"), parsing: .singleValue,
        help: ArgumentHelp(
            "A service to call; may be given again. What no other calls where left out.", valueName: "name"))
    var services: [String] = []

    @Option(
        help: ArgumentHelp(
            "Call services with POST: keyed (each call has an idempotency key, one in ten comes again) or plain.",
            valueName: "how"))
    var post: String?

    @Option(
        help: ArgumentHelp("What stands in X-Value of calls of services, drawn evenly: 10..5000.", valueName: "range"))
    var values: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "An objective, such as 'p99<50ms' or 'success>=99.9%'; may be given again.", valueName: "objective"))
    var slo: [String] = []

    @Flag(help: "Read every acknowledged write back at the end.")
    var verify = false

    @Flag(help: "Keep no report of it ('cellmesh report').")
    var noReport = false

    @Option(
        help: ArgumentHelp(
            "The seed of arrivals, customers and kinds, 0 to 18446744073709551615; the mesh's where left out.",
            valueName: "number")
    )
    var seed: UInt64?

    @Option(help: ArgumentHelp("Keep-alive connections, 1 to 10000.", valueName: "count"))
    var connections = 64

    @Option(help: ArgumentHelp("The longest wait for an answer.", valueName: "duration"))
    var timeout = DurationArgument(.seconds(5))

    @Option(help: ArgumentHelp("Records per customer, 1 to 1000000.", valueName: "count"))
    var keys = 10

    @Option(
        help: ArgumentHelp("Send to this router, HOST:PORT; the mesh's first where left out.", valueName: "address"))
    var router: String?

    func configuration(_ topology: MeshTopology) throws -> LoadConfiguration {
        do {
            var load = LoadConfiguration(rate: rate, duration: duration.amount, customers: topology.customers)
            if let customers { load.customers = customers }
            load.seed = seed ?? topology.seed
            load.services = try services(of: topology)
            if let mix {
                load.mix = try LoadMix(mix)
            } else if !services.isEmpty || !topology.blueprints.contains(where: { $0.store != nil }) {
                // Who names a service wants it called; a mesh without a store has no records.
                load.mix = .servicesOnly
            } else if load.services.isEmpty {
                load.mix = .recordsOnly
            }
            load.post = try post.map(Self.post)
            load.values = try values.map(Self.range)
            if let priorities { load.priorities = try PriorityMix(priorities) }
            load.objectives = try slo.map { expression throws(LoadError) in try Objective(expression) }
            load.verifies = verify
            load.keys = keys
            load.tell(topology)
            // One register per record is what tier critical promises, as long as shards keep their members.
            load.checksRegisters =
                verify && topology.sharding.replacement == .never
                && (load.keyTiers.isEmpty || load.keyTiers.contains(.critical))
            // Of tiers important and critical; the latter promises it too, and registers say more of it.
            load.checksSessions = verify && load.keyTiers.contains(.important)
            load.checksSiblings = verify
            load.connections = connections
            load.timeout = timeout.amount
            try load.validate()
            return load
        } catch let error as LoadError {
            throw CommandFailure(.usage, error.message)
        }
    }

    private static func post(_ text: String) throws(LoadError) -> LoadConfiguration.Post {
        guard let post = LoadConfiguration.Post(rawValue: text) else {
            throw LoadError("--post is keyed or plain, not '\(text)'")
        }
        return post
    }

    /// `10..5000`, or one number.
    private static func range(_ text: String) throws(LoadError) -> ClosedRange<UInt64> {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let ends = (parts.count == 3 && parts[1].isEmpty ? [parts[0], parts[2]] : [text[...]]).map { UInt64($0) }
        guard let low = ends.first ?? nil, let high = ends.last ?? nil, low <= high else {
            throw LoadError("--values is a range such as 10..5000, not '\(text)'")
        }
        return low...high
    }

    /// The named ones, or else those that customers call.
    private func services(of topology: MeshTopology) throws -> [String] {
        let known = topology.blueprints.flatMap { $0.services.map(\.name) }
        for service in services where !known.contains(service) {
            throw CommandFailure(
                .usage, "mesh '\(topology.name)' has no service '\(service)'",
                hint: NearestWord.hint(for: service, among: known, listing: "services are"))
        }
        return services.isEmpty ? topology.entryServices : services
    }

    /// The same, as arguments of another process.
    var arguments: [String] {
        var arguments = ["--rate", "\(rate)", "--duration", duration.defaultValueDescription]
        if let customers { arguments += ["--customers", "\(customers)"] }
        if let mix { arguments += ["--mix", mix] }
        if let priorities { arguments += ["--priorities", priorities] }
        if let post { arguments += ["--post", post] }
        if let values { arguments += ["--values", values] }
        for service in services { arguments += ["--service", service] }
        for expression in slo { arguments += ["--slo", expression] }
        if verify { arguments.append("--verify") }
        if noReport { arguments.append("--no-report") }
        if let seed { arguments += ["--seed", "\(seed)"] }
        if let router { arguments += ["--router", router] }
        return arguments + [
            "--connections", "\(connections)", "--timeout", timeout.defaultValueDescription, "--keys", "\(keys)",
        ]
    }
}
