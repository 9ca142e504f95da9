import Chaos
import MeshBase
import Reports
import Scenarios

/// What `fault add` and `partition` ask of the control plane.
struct FaultWish {
    /// Its choices are made by the control plane before it is sent.
    var request: FaultRequest
    /// Of what is drawn for them.
    private let seed: UInt64?

    init(kind: String, _ options: WireFaultOptions) {
        request = FaultRequest(
            kind: kind, targets: options.targets.flatMap { $0.split(separator: ",").map(String.init) },
            lease: options.lease.amount)
        request.isOneWay = options.oneWay
        seed = options.choice.seed
    }

    func inject(_ mesh: MeshOptions, _ console: Console) throws {
        let mesh = try mesh.running()
        let api = try APIClient(mesh)
        var chosen = request
        chosen.targets = try ChosenTargets.words(request.targets, mesh, console, seed: seed)
        var body = FaultAddition(chosen)
        body.lease = chosen.lease?.millisecondsRoundedUp
        let answer: FaultsReport
        do {
            answer = try api.post("/v1/faults/add", body)
        } catch let failure as CommandFailure where failure.status == .usage && failure.next == nil {
            var failure = failure
            failure.next = next
            throw failure
        }
        console.show(FaultsView.added(answer))
        FaultsView.warn(answer, console)
        let cuts = request.kind == "partition" || request.kind == "blackhole"
        console.next(cuts ? "cellmesh members --diff" : "cellmesh fault ls")
    }

    /// After a refusal: the same with the figures that its kind needs and that were not given, or what all take.
    var next: String {
        let figure: String? =
            switch FaultKind(rawValue: request.kind) {
            case .latency where request.delay == nil && request.jitter == nil: "--delay 30ms"
            case .loss where request.rate == nil, .duplicate where request.rate == nil: "--rate 5%"
            case .bandwidth where request.bandwidth == nil: "--bandwidth 1MiB/s"
            case .skew where request.amount == nil: "--ahead 1h"
            default: nil
            }
        guard let figure, !request.targets.isEmpty else { return "cellmesh fault add --help" }
        let words = request.targets.map { ShellWord.quoted($0) }.joined(separator: " ")
        return "cellmesh fault add \(request.kind) \(words) \(figure)"
    }
}
