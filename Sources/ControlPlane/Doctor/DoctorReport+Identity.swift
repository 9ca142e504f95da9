import Reports
import UVDriver

extension DoctorReport.Process {
    package var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTime: startTime) }
}
