import MeshBase

/// What `fault add` and `partition` ask of the control plane.
struct FaultWish {
    var kind: String
    var targets: [String]
    var isOneWay: Bool
    var lease: TimeAmount
    var delay: TimeAmount?
    var jitter: TimeAmount?
    var distribution: String?
    var rate: Double?
    var bandwidth: Int?
    var status: Int?

    init(kind: String, _ options: WireFaultOptions) {
        self.kind = kind
        targets = options.targets.flatMap { $0.split(separator: ",").map(String.init) }
        isOneWay = options.oneWay
        lease = options.lease.amount
    }

    func inject(_ mesh: MeshOptions, _ console: Console) throws {
        let api = try APIClient(mesh.running())
        let answer = try api.post("/v1/faults/add", body)
        console.show(FaultsView.added(answer))
        FaultsView.warn(answer, console)
        let cuts = kind == "partition" || kind == "blackhole"
        console.next(cuts ? "cellmesh members --diff" : "cellmesh fault ls")
    }

    private var body: JSONValue {
        .object([
            ("kind", .string(kind)), ("targets", .strings(targets)), ("one_way", .bool(isOneWay)),
            ("delay_ms", milliseconds(delay)), ("jitter_ms", milliseconds(jitter)),
            ("distribution", .string(distribution)), ("rate", rate.map { .decimal($0) } ?? .null),
            ("bandwidth", .integer(bandwidth)), ("status", .integer(status)),
            ("for_ms", .integer(lease.millisecondsRoundedUp)),
        ])
    }

    private func milliseconds(_ amount: TimeAmount?) -> JSONValue { amount.map { .decimal($0.milliseconds) } ?? .null }
}
