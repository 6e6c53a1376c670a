bool leaves_nothing_behind();

int main() { return leaves_nothing_behind() ? 0 : 1; }
