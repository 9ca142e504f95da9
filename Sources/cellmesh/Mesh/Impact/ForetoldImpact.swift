import Chaos
import ControlPlane
import Feed
import MeshBase
import Reports
import Sharding
import Topology
import UVDriver

/// What the control plane foretells, and keeps of the fault that goes on or was the last, by its feed. Where it does not answer, the faults
/// in force are known alone.
struct ForetoldImpact {
    /// Cells of which some service does not answer whole.
    var impaired = CellSet()
    /// As the feed has it; nil where the control plane does not answer.
    var told: FeedImpact?
    /// When it was told, in milliseconds since 1970.
    var t: Int64 = 0
    private var marks: [CustomerHash: CustomerMark] = [:]

    /// The feed is waited for so long.
    private static let patience = TimeAmount.seconds(3)
    /// Milliseconds by which it and the routers may say apart when a fault began or ended.
    private static let slack: Int64 = 3_000

    /// Nothing.
    init() {}

    init(_ mesh: DataDirectory, _ topology: MeshTopology) {
        if mesh.controlHolder != nil, let stream = try? FeedStream(mesh) {
            let deadline = Pause.now() + Self.patience
            while let message = try? stream.next(until: { Pause.now() >= deadline }) {
                guard case .state(let state) = message else { continue }
                self.init(state.impact, t: state.t, topology)
                return
            }
        }
        self.init()
        guard let bytes = (try? SystemFile.readOwn(mesh.faultsPath)) ?? nil,
            let sheet = ReportJSON.decode(FaultSheet.self, bytes)
        else { return }
        let now = SystemClock.reading()
        impaired = CellSet(ServiceStrike.cells(of: sheet.faults.filter { $0.isActive(at: now) }, topology))
    }

    /// What a state of the feed has.
    init(_ told: FeedImpact, t: Int64, _ topology: MeshTopology) {
        self.init()
        self.told = told
        self.t = t
        impaired = CellSet((told.impaired ?? []).filter { topology.cells.indices.contains($0) }.map { CellIndex($0) })
        guard let customers = CustomerTable.customers(topology.customers.count), let text = told.marks,
            let values = CustomerMarks.values(text, bits: 4, count: customers.count)
        else { return }
        for (customer, value) in zip(customers, values) { marks[customer.hash] = CustomerMark(rawValue: value & 3) }
    }

    /// Whether the feed's last fault is that of which routers tell.
    func isAbout(_ observed: ObservedImpact) -> Bool {
        guard let told, let since = told.since, told.open == observed.isOpen else { return false }
        let begun = t - Int64(observed.windowMilliseconds) - Int64(observed.endedMilliseconds ?? 0)
        return abs(since - begun) <= Self.slack
    }

    /// What routers tell and what is foretold, as far as they are of one fault.
    ///
    /// A fault on a service is news where the routers' last one is over: they have not heard of it yet.
    func current(_ observed: ObservedImpact, _ topology: MeshTopology) -> (
        observed: ObservedImpact, foretold: ForetoldImpact
    ) {
        if !observed.isOpen, !impaired.isEmpty, told?.since == nil {
            var nothing = ObservedImpact()
            nothing.silent = observed.silent
            return (nothing, self)
        }
        let counted = CellSet(observed.impaired.compactMap { topology.cellIndex(named: $0) })
        var own = self
        // What is in force now has done nothing to those of a fault that is over; routers say what had.
        if !isAbout(observed) {
            (own.told, own.marks) = (nil, [:])
            if !observed.isOpen { own.impaired = CellSet() }
        }
        own.impaired.formUnion(counted)
        return (observed, own)
    }

    /// What was foretold of a customer; nil where nobody is told one by one.
    func mark(of customer: CustomerHash) -> CustomerMark? { marks.isEmpty ? nil : marks[customer] ?? .untouched }
}
