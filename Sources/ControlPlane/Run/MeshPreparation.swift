import MeshBase
import Sharding
import Store
import Topology
import UVDriver

/// Brings a data directory into the state that a control plane starts from. Whoever calls holds the lock.
package enum MeshPreparation {
    /// No mesh has ever been in this directory, so that stores which are made now lack nothing.
    private static func isNew(_ directory: DataDirectory) -> Bool {
        !SystemFile.exists(directory.modelPath) && !SystemFile.exists(directory.journalPath)
            && SystemFile.names(in: directory.path + "/cells").isEmpty
    }

    /// Creates what is missing and writes the model and, where there is none that fits, a new placement.
    ///
    /// - Parameter wanted: as the mesh was founded, or with what was added to it since.
    /// - Returns: the topology with all cells that were added and blueprints that were replaced, and the placement in force.
    package static func prepare(
        _ directory: DataDirectory, _ wanted: MeshTopology
    ) throws(ControlFailure) -> (topology: MeshTopology, placement: PlacementTable) {
        let founding = wanted.asFounded
        let isNew = isNew(directory)
        let known: MeshTopology?
        do throws(DataDirectoryError) {
            try checkSecret(directory)
            try directory.create()
            _ = try directory.gossipKeys()
            known = try directory.knownFoundingModel()
        } catch { throw .data(error) }
        if let known, known != founding {
            if !known.places(asDoes: founding), directory.holdsStores {
                throw .data(.wouldMoveCustomers(path: directory.path))
            }
            let running = running(directory, known)
            if running > 0 { throw .otherTopology(mesh: directory.name, running: running) }
            // Another model says itself what its cells are.
            directory.dropRevisions()
        }
        let topology: MeshTopology
        do throws(DataDirectoryError) {
            topology = try directory.withChanges(founding)
            try directory.createProcessDirectories(topology)
        } catch { throw .data(error) }
        if isNew { try found(directory, topology) }
        do throws(DataDirectoryError) {
            let table = try placement(directory, topology)
            if known != founding { try directory.writeModel(founding) }
            return (topology, table)
        } catch { throw .data(error) }
    }

    private static func running(_ directory: DataDirectory, _ topology: MeshTopology?) -> Int {
        let journal = try? Journal(path: directory.journalPath)
        defer { journal?.close() }
        return ProcessLedger.entries(directory, topology, journal: journal).count { $0.isRunning }
    }

    /// Another secret than that of processes which run would make two meshes of one.
    private static func checkSecret(_ directory: DataDirectory) throws(DataDirectoryError) {
        guard directory.exists, !SystemFile.exists(directory.secretPath) else { return }
        let running = running(directory, try? directory.model())
        guard running > 0 else { return }
        throw .damaged(
            path: directory.secretPath,
            reason: "it is missing, and \(running == 1 ? "a process runs" : "\(running) processes run") with it")
    }

    /// The table in force. A new one is made only where no store can know of a higher epoch.
    private static func placement(
        _ directory: DataDirectory, _ topology: MeshTopology
    ) throws(DataDirectoryError) -> PlacementTable {
        do throws(DataDirectoryError) {
            let table = try directory.placement()
            do throws(PlacementError) { _ = try Placement(topology, table: table) } catch {
                throw directory.misfit(error, topology)
            }
            return table
        } catch {
            guard case .damaged = error, mayMakePlacement(directory) else { throw error }
        }
        let table = PlacementTable()
        try directory.writePlacement(table)
        return table
    }

    /// Whether no store knows of a later placement than a new one.
    static func mayMakePlacement(_ directory: DataDirectory) -> Bool {
        !SystemFile.isDirectory(directory.placementPath)
            && directory.storePaths.allSatisfy { path in
                (try? StoreSummary.read(path: path)).map { $0.highestEpoch <= .first } ?? false
            }
    }

    private static func found(_ directory: DataDirectory, _ topology: MeshTopology) throws(ControlFailure) {
        do {
            let journal = try Journal(path: directory.journalPath)
            defer { journal.close() }
            try SupervisorJournal(journal).found(topology.cells.indices.map { CellIndex($0) }, of: topology)
        } catch { throw ControlFailure(error) }
    }
}
