import Feed
import MeshBase
import Reports
import Sharding
import Topology
import UVDriver

/// What words such as `cell/{busiest}` mean in the mesh as it is. All that the API takes for targets comes through here first.
extension ControlPlane {
    /// Words without a choice, for those that may have some.
    ///
    /// - Parameters:
    ///   - seed: of what is drawn and random; nil: the mesh's for `{draw:N}`, so that it is the same whoever asks, and another
    ///     one each time for `{random}`.
    ///   - step: of several that say the same words, its number.
    func chosen(_ words: [String], seed: UInt64? = nil, step: Int = 0) throws(UnknownTarget) -> [String] {
        guard words.contains(where: TargetChoice.isMeant) else { return words }
        var chooser = targetChooser(seed: seed).at(step: step)
        return try chooser.words(for: TargetChooser.parts(words))
    }

    /// The name of the one thing of a kind that a word means.
    func chosen(_ word: String, _ kind: TargetSelector.NameKind) throws(UnknownTarget) -> String {
        guard TargetChoice.isMeant(word) else { return TargetSelector.name(in: word, of: kind) }
        var chooser = targetChooser(seed: nil)
        return try chooser.name(for: word, of: kind)
    }

    /// The region that an evacuation or another plan is about: of what is to be taken back, the one that was left.
    func chosenRegion(_ word: String, isRestore: Bool) throws(UnknownTarget) -> String {
        if isRestore, TargetChoice.isMeant(word) {
            let names = evacuated.sorted().map { topology.regions[$0].name }
            if let left = try TargetChooser.left(word, among: names) { return left }
        }
        return try chosen(word, .region)
    }

    /// As the action means them.
    func chosen(_ request: PredictionRequest) throws(UnknownTarget) -> [String] {
        guard request.isMove, request.targets.count == 1, TargetChoice.isMeant(request.targets[0]) else {
            return try chosen(request.targets)
        }
        let isRestore = request.action == PredictionRequest.Action.restore.rawValue
        return [try chosenRegion(request.targets[0], isRestore: isRestore)]
    }

    /// Chooses of the mesh as it is.
    func targetChooser(seed: UInt64?) -> TargetChooser {
        let live = liveRouters
        let placement = try? Placement(topology, table: self.placement)
        let counts = placement.map { CustomerCounts.byFirstCell(topology, $0) } ?? []
        let unused = placement.map { CellUse($0.table, topology).unused } ?? CellSet()
        let state = liveDesk?.latest
        let loads = topology.cells.indices.map { position in
            let process = supervisor[ProcessName(.cell, topology.cells[position].name)]
            let isOut = process.map { staysOut($0, live) } ?? true
            let rate = state.flatMap { position < $0.cells.count ? $0.cells[.rps, position].value(.rps) : nil }
            return TargetChooser.Load(
                rate: rate, customers: position < counts.count ? counts[position] : 0, serves: !isOut,
                isInUse: !unused.contains(CellIndex(position)))
        }
        return TargetChooser(topology, loads: loads, seed: seed, chance: seed ?? UInt64(bitPattern: loop.wallClock()))
    }
}
