//! The limits of a process, which its children inherit.

/// Raises the limit on open files to the most that this process may have. Some systems begin with 256, and models with a
/// process for each job need hundreds.
///
/// Every process of this program calls it: a child may have been started by another program.
pub fn raise_open_files() {
    // What can't be raised is named where it is reached.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
}
