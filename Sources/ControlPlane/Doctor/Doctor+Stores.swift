import Store

extension Doctor {
    /// Stores that have no vote. One that cannot be opened is told by whoever starts its cell.
    func storeFindings() -> [DoctorReport.Finding] {
        SystemFile.names(in: directory.path + "/cells").sorted().compactMap { name in
            let path = directory.directory(of: .cell, name) + "/store.sqlite"
            guard SystemFile.exists(path), let identity = try? StoreFile.identity(path: path),
                identity.life != .votes
            else { return nil }
            return DoctorReport.Finding(
                code: "no-vote",
                message: "the store of \(name) has no vote (\(identity.life.rawValue)): its disk was lost, or its mesh "
                    + "was never whole",
                hint: "'cellmesh store --lost' tells what it waits for")
        }
    }
}
