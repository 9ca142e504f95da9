import ControlPlane
import Foundation
import MeshBase
import Reports

/// A directory that is given to another tool.
struct ExportFolder {
    /// Absolute, and no link: what is put in the place of a directory does not take the place of a link to it.
    let path: String
    /// Says that an export has made the directory.
    static let markName = ".cellmesh-export"
    /// The file of that name.
    var mark: String { "\(path)/\(Self.markName)" }

    init(_ path: String) throws {
        guard !path.isEmpty else { throw CommandFailure(.usage, "name a directory") }
        self.path = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }

    /// Writes all of them, over those of an earlier export.
    ///
    /// - Throws: where a file stands that nobody exported, before anything is written.
    func write(_ files: [ExportedFile]) throws -> ExportedFilesReport {
        let manager = FileManager.default
        if let taken = files.first(where: { manager.fileExists(atPath: path + "/" + $0.path) }),
            !manager.fileExists(atPath: mark)
        {
            throw CommandFailure(
                "\(path)/\(taken.path) is there already, and no export has made it",
                hint: "name another directory, or move the file away")
        }
        do {
            try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data("Files of 'cellmesh export' may be written over.\n".utf8).write(to: URL(fileURLWithPath: mark))
            for file in files {
                let target = URL(fileURLWithPath: path + "/" + file.path)
                try manager.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: target, options: .atomic)
            }
        } catch { throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)") }
        return ExportedFilesReport(directory: path, files: files.map(\.path))
    }
}
