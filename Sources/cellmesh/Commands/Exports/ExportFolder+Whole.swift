import ControlPlane
import Foundation
import MeshBase
import Reports

/// A directory that an export fills by itself: all of it, or nothing.
extension ExportFolder {
    /// The first line of the mark; the files that were written follow, a line each.
    private static let title = "cellmesh-export 1"

    /// Puts the files there as the whole content.
    ///
    /// - Parameter replaces: an earlier export is put away; what nobody has exported never is.
    /// - Throws: where something else is there. Nothing is changed then.
    func fill(with files: [ExportedFile], replaces: Bool) throws -> ExportedFilesReport {
        let isTaken = try checkRoom(replaces: replaces)
        let staging = "\(path).\(getpid()).new"
        do {
            Self.remove(staging)
            if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
                try SystemFile.makeDirectory(String(path[..<slash]), mode: 0o755)
            }
            try SystemFile.makeDirectory(staging, mode: 0o755)
            let list = ([Self.title] + files.map(\.path)).joined(separator: "\n") + "\n"
            for file in files + [ExportedFile(path: Self.markName, text: list)] {
                let target = "\(staging)/\(file.path)"
                try SystemFile.makeDirectory(String(target[..<target.lastIndex(of: "/")!]), mode: 0o755)
                try SystemFile.replace(target, with: Array(file.text.utf8), mode: file.isSecret ? 0o600 : 0o644)
            }
            if isTaken { try SystemFile.exchange(staging, path) } else { try SystemFile.move(staging, to: path) }
        } catch {
            Self.remove(staging)
            throw CommandFailure("\(path) cannot be written: \(error); nothing was changed")
        }
        Self.remove(staging)
        return ExportedFilesReport(directory: path, files: files.map(\.path))
    }

    /// Whether there is an earlier export to be replaced.
    private func checkRoom(replaces: Bool) throws -> Bool {
        guard SystemFile.exists(path) else { return false }
        guard SystemFile.isDirectory(path) else { throw CommandFailure("\(path) is no directory; nothing was written") }
        let found = Self.files(below: path)
        guard !found.isEmpty else { return false }
        let own = Set((try exported() ?? []) + [Self.markName])
        if let other = found.first(where: { !own.contains($0) }) {
            throw CommandFailure(
                "\(path)/\(other) is there already, and no export has made it; nothing was written",
                hint: "name another directory, or move the file away")
        }
        guard replaces else {
            throw CommandFailure(
                "\(path) holds an earlier export; nothing was written", hint: "--force puts the new one in its place")
        }
        return true
    }

    /// The files of the export that lies there; nil where none does.
    private func exported() throws -> [String]? {
        guard let content = try SystemFile.readOwn(mark, most: 1 << 20) else { return nil }
        let lines = String(decoding: content, as: UTF8.self).split(separator: "\n").map(String.init)
        return lines.first == Self.title ? Array(lines.dropFirst()) : nil
    }

    /// A file of the export that lies there.
    func earlier(_ file: String, most: Int) throws -> String? {
        guard try exported()?.contains(file) == true else { return nil }
        return try SystemFile.readOwn("\(path)/\(file)", most: most).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Files below a directory, as seen from there; a directory without any counts as itself.
    private static func files(below directory: String) -> [String] {
        SystemFile.names(in: directory).flatMap { name -> [String] in
            let path = "\(directory)/\(name)"
            guard SystemFile.isDirectory(path, follows: false) else { return [name] }
            let within = files(below: path)
            return within.isEmpty ? [name] : within.map { "\(name)/\($0)" }
        }
    }

    /// Removes an export, two levels deep as they are, and nothing that a link in it leads to.
    private static func remove(_ path: String) {
        if SystemFile.isDirectory(path, follows: false) {
            for name in SystemFile.names(in: path) where SystemFile.isDirectory("\(path)/\(name)", follows: false) {
                SystemFile.removeFiles(in: "\(path)/\(name)")
            }
        }
        SystemFile.removeFiles(in: path)
    }
}
