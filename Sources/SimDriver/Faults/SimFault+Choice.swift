import Chaos
import Sharding
import Topology

extension SimFault {
    /// The same of targets in place of what its words leave to be chosen; one that brings back several processes is several.
    package func chosen(
        by chooser: inout TargetChooser, in topology: MeshTopology
    ) throws(UnknownTarget) -> [SimFault] {
        var found = self
        switch action {
        case .fault, .restart, .resume:
            found.targets = try chooser.words(for: targets.map(\.text)).map {
                (word) throws(UnknownTarget) -> TargetSelector in
                guard let target = TargetSelector(text: word) else {
                    return try TargetSelector(word, in: topology)
                }
                return target
            }
        case .operate(let move): found.action = .operate(try move.chosen(by: &chooser))
        }
        guard action == .restart || action == .resume else { return [found] }
        return try TargetList(found.targets.map(\.text), in: topology).processes.map { process in
            SimFault(at: at, action, on: [process.selector])
        }
    }
}

extension SimMove {
    fileprivate func chosen(by chooser: inout TargetChooser) throws(UnknownTarget) -> SimMove {
        switch self {
        case .evacuate(let word): .evacuate(try chooser.name(for: word, of: .region))
        case .evacuateWithLoss(let word): .evacuateWithLoss(try chooser.name(for: word, of: .region))
        case .restore(let word): .restore(try chooser.name(for: word, of: .region))
        case .add(let word): .add(try chooser.name(for: word, of: .region))
        case .drain(let word): .drain(try chooser.name(for: word, of: .cell))
        case .abort, .customer, .home, .giveUp: self
        }
    }
}

extension SimConfiguration {
    /// Chooses what words of its plan leave open, of the mesh as it begins, and refuses what the mesh has not, as real ones do: for
    /// plans that somebody has written.
    package mutating func choose() throws(UnknownTarget) {
        guard let placement = try? Placement(topology, table: placement) else { return }
        var chooser = TargetChooser(topology, placement, seed: seed)
        var plan: [SimFault] = []
        var open: Set<Int> = []
        for fault in faults {
            if fault.isOpenRestore { open.insert(plan.count) }
            for found in try fault.chosen(by: &chooser, in: topology) {
                if let spec = found.spec, spec.action.layer == .wire {
                    do throws(FaultRequest.Refusal) { _ = try FaultRequest(text: spec.text).spec(in: topology) } catch {
                        throw UnknownTarget("'\(found)': \(error.message)")
                    }
                }
                plan.append(found)
            }
        }
        faults = Self.restoringWhatIsLeft(plan, open)
    }

    /// A restore that leaves its region to be chosen means the one that the plan has left last by then, as in scenarios.
    ///
    /// - Parameter open: where the plan has such.
    private static func restoringWhatIsLeft(_ plan: [SimFault], _ open: Set<Int>) -> [SimFault] {
        var plan = plan
        var region: String?
        for place in SimFault.order(plan) {
            guard case .operate(let move) = plan[place].action else { continue }
            region = move.leftRegion ?? region
            if open.contains(place), let region { plan[place].action = .operate(.restore(region)) }
        }
        return plan
    }
}

extension SimFault {
    fileprivate var isOpenRestore: Bool {
        guard case .operate(.restore(let word)) = action else { return false }
        return TargetChoice.isMeant(word)
    }
}

extension SimMove {
    /// The region that customers are moved out of.
    fileprivate var leftRegion: String? {
        switch self {
        case .evacuate(let region), .evacuateWithLoss(let region): region
        case .restore, .abort, .add, .drain, .customer, .home, .giveUp: nil
        }
    }
}
