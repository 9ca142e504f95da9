import MeshBase
import Resilience
import Topology

/// The pools of connections that all cells of a mesh on this machine take from (A8): a mapped file for each, in the mesh's directory.
final class SharedPools {
    private var pools: [SharedPermits<MappedWords>]
    private let loop: EventLoop
    private var renewal: LoopTimer?

    /// Nil where the topology shares nothing.
    ///
    /// - Parameter directory: of the mesh.
    init?(
        _ shared: [PeakSettings.Named<Int>], cell: CellIndex, boot: UInt32, directory: String, loop: EventLoop
    ) throws {
        guard !shared.isEmpty else { return nil }
        self.loop = loop
        pools = try shared.map { pool in
            // The size is in the name: a pool of another size is another file, and nobody's is cut off.
            let words = try MappedWords(
                path: "\(directory)/shared-\(pool.name)-\(pool.value)",
                count: SharedPermits<MappedWords>.words(permits: pool.value))
            return SharedPermits(words, permits: pool.value, owner: cell.position, life: boot)
        }
    }

    /// While this process's loop turns, what it holds is its own.
    func start() throws {
        renewal = try LoopTimer(loop: loop) { [unowned self] in
            let now = loop.now()
            for pool in pools { pool.renew(now: now) }
        }
        let every = SharedPermits<MappedWords>.renewal
        renewal?.start(after: every, every: every)
    }

    func take(_ pool: Int) -> Bool { pools[pool].take(now: loop.now()) }
    func giveBack(_ pool: Int) { pools[pool].giveBack() }

    func close() { renewal?.close() }
}
