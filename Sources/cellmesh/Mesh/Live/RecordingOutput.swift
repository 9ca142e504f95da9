import Foundation

/// The file that a recording is written to: a new one, written to its end or as far as there is room.
final class RecordingOutput {
    let path: String
    private let file: FileHandle
    /// Why nothing more can be written; nil while all was.
    private(set) var trouble: String?

    /// - Throws: where the file is there already, or cannot be written.
    init(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure("\(path) is there already", hint: "name another file: recordings are not written over")
        }
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw CommandFailure("\(path) cannot be written") }
        self.path = path
        self.file = file
    }

    /// Appends; false, then and from then on, where that fails.
    func append(_ bytes: [UInt8]) -> Bool {
        guard trouble == nil else { return false }
        do { try file.write(contentsOf: Data(bytes)) } catch { trouble = error.localizedDescription }
        return trouble == nil
    }

    /// - Throws: what an `append` failed of.
    func close() throws {
        try? file.close()
        if let trouble {
            throw CommandFailure(
                "\(path) cannot be written any further: \(trouble)",
                hint: "what is there can be shown: cellmesh dashboard \(path)")
        }
    }
}
