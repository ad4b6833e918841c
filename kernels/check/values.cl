// check: flags an element that an operation must not be given, by its index in row-major order; x is contiguous.
// Some element is named where there are several. `done` is written for the schedule alone.
//   check_probabilities   not from 0 to 1, NaN among them
//   check_nonzero         0
// One work-item an element.
__kernel void check_probabilities(
    __global const ELEM* x, const ulong x_offset, __global uchar* done, const ulong done_offset,
    __global long* status, const ulong status_offset, const ulong n) {
  const size_t item = get_global_id(0);
  if (item == 0) done[done_offset] = 1;
  if (item >= n) return;
  const ELEM value = x[x_offset + item];
  if (!(value >= 0 && value <= 1)) {
    status[status_offset + 1] = (long)item;
    status[status_offset] = 1;
  }
}

__kernel void check_nonzero(
    __global const ELEM* x, const ulong x_offset, __global uchar* done, const ulong done_offset,
    __global long* status, const ulong status_offset, const ulong n) {
  const size_t item = get_global_id(0);
  if (item == 0) done[done_offset] = 1;
  if (item >= n) return;
  if (x[x_offset + item] == 0) {
    status[status_offset + 1] = (long)item;
    status[status_offset] = 1;
  }
}
