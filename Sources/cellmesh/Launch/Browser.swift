import Foundation

/// The browser of whoever runs a command.
enum Browser {
    /// Opens an address or a file, as `xdg-open` does.
    ///
    /// - Throws: `failure`, where that cannot be done.
    static func open(_ address: String, or failure: CommandFailure) throws {
        let opener = Process()
        opener.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        opener.arguments = ["xdg-open", address]
        (opener.standardOutput, opener.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        do { try opener.run() } catch { throw failure }
        opener.waitUntilExit()
        guard opener.terminationStatus == 0 else { throw failure }
    }
}
